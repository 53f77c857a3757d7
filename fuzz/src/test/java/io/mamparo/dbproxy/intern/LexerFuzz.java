package io.mamparo.dbproxy.intern;

import static io.mamparo.fuzz.Pieces.check;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.fuzz.Pieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;

/** SQL texts of any kind: traits, fingerprints, trace comments. Run by Jazzer. */
public final class LexerFuzz {
  private static final byte[] COMMENT = "\n/* c */ ".getBytes(UTF_8);

  private LexerFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        "\1select * from a where b in (1, 'x', E'\\'y', $$z$$, $a$b$a$) -- c".getBytes(UTF_8),
        "\2set a = 1; set local b to 'c'; reset all".getBytes(UTF_8),
        "\3select set_config('a', 'b', true), pg_advisory_lock(1)".getBytes(UTF_8),
        "\4create temp table a (b int) on commit drop; commit; rollback to x".getBytes(UTF_8),
        "\5select 1 /*traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/;"
            .getBytes(UTF_8),
        "\6prepare p as select 1; deallocate \"a\"\"b\"; declare c cursor with hold for select 1"
            .getBytes(UTF_8));
  }

  /** One text; the first byte says how it is cut. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] text = Pieces.rest(data);
    Reading whole = read(Pieces.whole(text), null);
    Pieces.same(whole, read(Pieces.cut(text, data[0]), null));
    StringBuilder normalised = new StringBuilder();
    Reading shown = read(Pieces.whole(text), normalised);
    check(whole.equals(shown), "the normalised text changes the hash: " + normalised);
    Lexer.decode(normalised);
    check(normalised.length() <= 2_000, "the normalised text is too long");
    check(whole.traits == read(List.of(text, COMMENT), null).traits, "a comment changes traits");
    check(
        whole.traits == read(List.of(text, new byte[] {' '}), null).traits,
        "a space changes traits");
    trace(text);
    texts(text, whole.traits);
  }

  private record Reading(long hash, int traits) {}

  private static Reading read(
      List<byte[]> pieces, @org.jspecify.annotations.Nullable StringBuilder into) {
    Lexer lexer = new Lexer(7);
    lexer.begin(into);
    for (byte[] piece : pieces) {
      lexer.feed(piece, 0, piece.length);
    }
    int traits = lexer.end();
    return new Reading(lexer.hash(), traits);
  }

  private static void trace(byte[] text) {
    TraceComment trace = new TraceComment();
    int end = trace.read(text, 0, text.length);
    check(end >= 0 && end <= text.length, "the text ends outside of itself");
    check(end == text.length || trace.found(), "a comment was cut that is no trace");
  }

  private static void texts(byte[] text, int traits) {
    Texts texts = new Texts(0, new FingerprintTable(10), 7);
    ByteBuf in = Unpooled.wrappedBuffer(text);
    texts.read(in, 0, text.length);
    check(texts.trace().found() || texts.traits() == traits, "traits differ at the desk");
    SharedStatement first = texts.prepare(in, 0, text.length);
    SharedStatement again = texts.prepare(in, 0, text.length);
    check(first == again, "the same text is two statements");
    check(Arrays.equals(first.body(), again.body()), "the body changed");
    check(texts.renewed(first) != first, "a renewed statement is the old one");
  }
}
