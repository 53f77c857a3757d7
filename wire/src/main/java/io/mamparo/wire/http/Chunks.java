package io.mamparo.wire.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a chunked body (RFC 9112, 7.1) while its bytes pass through as they are. Owned
 * by one loop.
 *
 * <pre>
 *   SIZE ─ ';' → EXTENSION ─┐
 *    │ CR                   │ CR
 *    └──→ SIZE_LF ←─────────┘
 *           │ size > 0                     size = 0
 *           ├──→ DATA → DATA_CR → DATA_LF → SIZE
 *           └──→ TRAILER ─ CR → END_LF → DONE
 *                  │ token   ↑
 *                  └→ NAME → VALUE ─ CR → VALUE_LF → TRAILER
 * </pre>
 */
final class Chunks {
  /** Bytes of one size line, and of all extensions of a body. */
  static final int MOST_LINE = 256;

  static final int MOST_EXTENSIONS = 16 * 1024;

  /** Bytes of all trailer fields. */
  static final int MOST_TRAILER = 8 * 1024;

  private static final int MOST_DIGITS = 15;
  private static final int LONGEST_KNOWN = 32;

  /** Fields that must not come late, because whoever merges them would be led astray. */
  private static final long LATE = ~Field.set(Field.OTHER, Field.GRPC_STATUS);

  private enum State {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    NAME,
    VALUE,
    VALUE_LF,
    END_LF,
    DONE
  }

  private final byte[] name = new byte[LONGEST_KNOWN];
  private State state = State.SIZE;
  private @Nullable Refusal refusal;
  private long size;
  private int digits;
  private int line;
  private int extensions;
  private int trailer;
  private int nameLength;
  private int nameHash;

  /** Where trailer lines are copied, for receivers that know no chunks. */
  private @Nullable Trailer copy;

  void reset(@Nullable Trailer copyTo) {
    copy = copyTo;
    state = State.SIZE;
    refusal = null;
    size = 0;
    digits = 0;
    line = 0;
    extensions = 0;
    trailer = 0;
  }

  boolean done() {
    return state == State.DONE;
  }

  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Where the body's bytes end in {@code [from, to)}: at its end, at {@code to}, or at a fault. */
  int scan(ByteBuf in, int from, int to, @Nullable ByteBuf data) {
    int i = from;
    while (i < to && state != State.DONE && refusal == null) {
      if (state == State.DATA) {
        int n = (int) Math.min(size, to - i);
        if (data != null) {
          data.writeBytes(in, i, n);
        }
        size -= n;
        i += n;
        state = size == 0 ? State.DATA_CR : State.DATA;
      } else {
        step(in.getByte(i));
        i++;
      }
    }
    return i;
  }

  private void step(byte b) {
    if (copy != null && inTrailer(b)) {
      copy.add(b);
    }
    switch (state) {
      case SIZE -> size(b);
      case EXTENSION -> extension(b);
      case SIZE_LF -> expect(b, '\n', size == 0 ? State.TRAILER : State.DATA, Refusal.CHUNK_SIZE);
      case DATA_CR -> expect(b, '\r', State.DATA_LF, Refusal.CHUNK_END);
      case DATA_LF -> {
        expect(b, '\n', State.SIZE, Refusal.CHUNK_END);
        digits = 0;
        line = 0;
      }
      case TRAILER -> trailer(b);
      case NAME -> name(b);
      case VALUE -> value(b);
      case VALUE_LF -> expect(b, '\n', State.TRAILER, Refusal.TRAILER);
      case END_LF -> expect(b, '\n', State.DONE, Refusal.TRAILER);
      case DATA, DONE -> throw new AssertionError(state);
    }
  }

  private boolean inTrailer(byte b) {
    return switch (state) {
      case TRAILER -> b != '\r';
      case NAME, VALUE, VALUE_LF -> true;
      case SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, END_LF, DONE -> false;
    };
  }

  private void expect(byte b, char wanted, State next, Refusal otherwise) {
    if (b == wanted) {
      state = next;
    } else {
      refusal = otherwise;
    }
  }

  private void size(byte b) {
    int digit = Ascii.hex(b);
    if (digit >= 0 && digits < MOST_DIGITS) {
      size = size << 4 | digit;
      digits++;
    } else if (digits > 0 && b == '\r') {
      state = State.SIZE_LF;
    } else if (digits > 0 && b == ';') {
      state = State.EXTENSION;
    } else {
      refusal = Refusal.CHUNK_SIZE;
    }
  }

  private void extension(byte b) {
    line++;
    extensions++;
    if (b == '\r') {
      state = State.SIZE_LF;
    } else if ((b < ' ' && b != '\t')
        || b == 0x7f
        || line > MOST_LINE
        || extensions > MOST_EXTENSIONS) {
      // Bytes from 0x80 are negative and refused with the control characters.
      refusal = Refusal.CHUNK_EXTENSION;
    }
  }

  private void trailer(byte b) {
    if (b == '\r') {
      state = State.END_LF;
      return;
    }
    nameLength = 0;
    nameHash = 0;
    state = State.NAME;
    name(b);
  }

  private void name(byte b) {
    trailer++;
    if (b == ':' && nameLength > 0) {
      boolean late =
          nameLength <= LONGEST_KNOWN
              && (Field.lookup(name, 0, nameLength, nameHash).bit() & LATE) != 0;
      if (late) {
        refusal = Refusal.TRAILER;
      }
      state = State.VALUE;
    } else if (Ascii.token(b) && trailer <= MOST_TRAILER) {
      if (nameLength < LONGEST_KNOWN) {
        name[nameLength] = b;
      }
      nameLength++;
      nameHash = Field.hash(nameHash, b);
    } else {
      refusal = Refusal.TRAILER;
    }
  }

  private void value(byte b) {
    trailer++;
    if (b == '\r') {
      state = State.VALUE_LF;
    } else if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f || trailer > MOST_TRAILER) {
      refusal = Refusal.TRAILER;
    }
  }
}
