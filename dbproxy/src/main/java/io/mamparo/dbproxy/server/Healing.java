package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has a statement prepared anew when its table has changed since, and sends what asked for it once
 * more: the server says "cached plan must not change result type" then, to a client that may have
 * prepared the text only now. Owned by the event loop of its connection.
 *
 * <p>Only where nobody can tell: no transaction is open, nothing of the batch has been answered, it
 * is whole, nothing follows it, and it asks for a description of the rows. A client that does not
 * ask keeps an older description, which would be wrong for the new rows: it must hear the error.
 *
 * <p>The statement gets a new name. Under its old one the server goes on refusing it to clients
 * that keep an old description.
 */
final class Healing {
  /** Larger batches are not kept. */
  private static final int MOST = 4_096;

  private static final String ROUTINE = "RevalidateCachedQuery";

  private final ServerConnection server;
  private final Answers answers;

  /** What was sent since nothing was owed, up to {@link #length}. */
  private byte[] kept = {};

  /** Beyond {@link #MOST} when it was too much. */
  private int length;

  /** Once until nothing is owed. */
  private boolean done;

  private @Nullable Again again;

  /** The description of parameters, which the client is told once it is clear that rows follow. */
  private @Nullable ByteBuf held;

  /** What is sent again: the messages from {@code from} on, and what is owed for each. */
  private record Again(int from, SharedStatement old, SharedStatement fresh, List<Owed> owed) {}

  private record Owed(byte kind, @Nullable Object thing) {}

  Healing(ServerConnection server, Answers answers) {
    this.server = server;
    this.answers = answers;
  }

  /** These bytes go to the server. */
  void sent(ByteBuf bytes) {
    int more = bytes.readableBytes();
    if (length + more > MOST) {
      length = MOST + 1;
      return;
    }
    if (kept.length == 0) {
      kept = new byte[MOST];
    }
    bytes.getBytes(bytes.readerIndex(), kept, length, more);
    length += more;
  }

  /** Nothing is owed any more. */
  void settled() {
    length = 0;
    done = false;
  }

  /** Whether a description of parameters at {@code at} is held back; its client asked for both. */
  boolean holds(ByteBuf in, int at, int length) {
    Replies replies = answers.replies();
    if (replies.next() != Replies.DESCRIBE || !(replies.thing() instanceof Replies.Reference)) {
      return false;
    }
    held = Unpooled.copiedBuffer(in.slice(at, length));
    return true;
  }

  /** What was held back is the client's. */
  void tell() {
    ByteBuf bytes = held;
    if (bytes == null) {
      return;
    }
    held = null;
    Segment segment = answers.replies().segment();
    if (segment != null) {
      segment.addOut(bytes.readableBytes());
    }
    answers.pass(bytes);
  }

  static boolean isStale(ErrorFields error) {
    return error.sqlState().equals("0A000") && error.routine().equals(ROUTINE);
  }

  /** The request that is answered next has failed; returns whether it will be made again. */
  boolean begins(ErrorFields error, Replies replies, @Nullable Borrower borrower) {
    boolean heals = isStale(error) && borrower != null && prepares(replies, borrower);
    if (heals) {
      held = null;
    } else {
      tell();
    }
    return heals;
  }

  private boolean prepares(Replies replies, Borrower borrower) {
    if (done || length > MOST) {
      return false;
    }
    int from = fits(replies) ? find(replies) : -1;
    if (from < 0 || !(replies.thing() instanceof Replies.Reference stale)) {
      return false;
    }
    SharedStatement old = stale.statement();
    SharedStatement fresh = borrower.renew(stale);
    if (fresh == null) {
      return false;
    }
    List<Owed> owed = new ArrayList<>();
    for (int i = 0; i < replies.size(); i++) {
      owed.add(new Owed(replies.kind(i), replies.thing(i)));
    }
    again = new Again(from, old, fresh, owed);
    done = true;
    return true;
  }

  /** Whether all that is owed is one batch that can be sent again. */
  private static boolean fits(Replies replies) {
    Segment segment = replies.segment();
    int last = replies.size() - 1;
    if (segment == null || segment.bytesOut() > 0 || replies.kind(last) != Replies.SYNC) {
      return false;
    }
    boolean described =
        replies.kind(0) == Replies.DESCRIBE
            || (replies.kind(0) == Replies.BIND && replies.kind(1) == Replies.DESCRIBE);
    for (int i = 0; i < last; i++) {
      byte kind = replies.kind(i);
      boolean other = kind == Replies.BIND && replies.thing(i) != replies.thing();
      boolean known = kind == Replies.BIND || kind == Replies.DESCRIBE || kind == Replies.EXECUTE;
      if (!known || other || replies.segment(i) != segment) {
        return false;
      }
    }
    return described;
  }

  /** Where the messages begin that have not been answered; -1 when they are not what is owed. */
  private int find(Replies replies) {
    ByteBuf in = Unpooled.wrappedBuffer(kept, 0, length);
    int answered = count(in) - replies.size();
    if (answered < 0) {
      return -1;
    }
    int from = -1;
    int number = 0;
    for (int at = 0; at < length; at = end(in, at)) {
      if (in.getByte(at) == Frontend.FLUSH) {
        continue;
      }
      int i = number++ - answered;
      if (i == 0) {
        from = at;
      }
      if (i >= 0 && in.getByte(at) != type(replies.kind(i))) {
        return -1;
      }
    }
    return from;
  }

  private int count(ByteBuf in) {
    int count = 0;
    int at = 0;
    while (at < length) {
      int end = end(in, at);
      if (end > length) {
        return 0;
      }
      count += in.getByte(at) == Frontend.FLUSH ? 0 : 1;
      at = end;
    }
    return count;
  }

  private int end(ByteBuf in, int at) {
    return length - at < 5 ? length + 1 : at + 1 + in.getInt(at + 1);
  }

  private static byte type(byte kind) {
    return switch (kind) {
      case Replies.BIND -> Frontend.BIND;
      case Replies.DESCRIBE -> Frontend.DESCRIBE;
      case Replies.EXECUTE -> Frontend.EXECUTE;
      default -> Frontend.SYNC;
    };
  }

  /** The server is ready for more; returns whether it was given the batch again. */
  boolean resumes(@Nullable Segment segment, byte status) {
    Again now = again;
    again = null;
    if (now == null || answers.borrower() == null) {
      return false;
    }
    if (status != Backend.IDLE) {
      throw new ProtocolViolation("a transaction is open that nobody has begun");
    }
    ByteBuf in = Unpooled.copiedBuffer(kept, now.from(), length - now.from());
    ByteBuf out = server.buffer(in.readableBytes() + now.fresh().body().length + 128);
    answers.statements().provide(now.fresh(), out, segment);
    rename(in, now.old().name(), now.fresh().name(), out);
    for (Owed one : now.owed()) {
      answers.expect(one.kind(), one.thing(), segment);
    }
    server.send(out);
    server.flush();
    return true;
  }

  /** The messages with another name for the statement. */
  private static void rename(ByteBuf in, byte[] old, byte[] fresh, ByteBuf out) {
    String name = new String(old, StandardCharsets.US_ASCII);
    while (in.isReadable()) {
      byte type = in.readByte();
      ByteBuf body = in.readSlice(in.readInt() - 4);
      int at = type == Frontend.BIND ? body.bytesBefore((byte) 0) + 1 : 1;
      boolean named =
          type == Frontend.BIND || (type == Frontend.DESCRIBE && body.getByte(0) == 'S');
      int end = named ? body.indexOf(at, body.writerIndex(), (byte) 0) : 0;
      if (named && body.toString(at, end - at, StandardCharsets.US_ASCII).equals(name)) {
        out.writeByte(type).writeInt(4 + body.readableBytes() - old.length + fresh.length);
        out.writeBytes(body, 0, at).writeBytes(fresh);
        out.writeBytes(body, end, body.writerIndex() - end);
      } else {
        out.writeByte(type).writeInt(4 + body.readableBytes()).writeBytes(body);
      }
    }
  }
}
