package io.mamparo.dbproxy.intern;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads SQL text byte by byte, in one pass and in pieces of any size: hashes it with comments,
 * spaces and literals left out, finds its {@link Traits}, and writes the normalised text if asked.
 * Owned by one event loop; allocates nothing.
 *
 * <pre>
 *            letter            quote                $tag$              -- or /*
 *   NORMAL ────────→ WORD    ────────→ QUOTED     ────────→ DOLLAR   ────────→ COMMENT
 *      ↑                │    E' →  ESCAPED   │                 │                  │
 *      └────────────────┴────────────────────┴─────────────────┴──────────────────┘
 * </pre>
 *
 * The hash is seeded for each process, so that nobody can make two texts meet on purpose.
 */
public final class Lexer {
  static final long WORD_SEED = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;
  private static final int MAX_TEXT = 2_000;
  private static final int MAX_TAG = 64;

  private enum Mode {
    NORMAL,
    WORD,
    NUMBER,
    QUOTED,
    QUOTE_SEEN,
    ESCAPED,
    BACKSLASH,
    ESCAPED_QUOTE_SEEN,
    IDENTIFIER,
    DASH,
    SLASH,
    LINE_COMMENT,
    BLOCK_COMMENT,
    DOLLAR,
    DOLLAR_BODY
  }

  private static final byte SPACE = 1;
  private static final byte LETTER = 2;
  private static final byte DIGIT = 3;
  private static final byte[] KIND = kinds();

  private final Classifier classifier = new Classifier();
  private final long seed;
  private final byte[] tag = new byte[MAX_TAG];

  private Mode mode = Mode.NORMAL;
  private long hash;
  private long word;
  private int wordLength;
  private byte wordFirst;
  private int depth;
  private byte before;
  private int tagLength;
  private int matched;
  private int literalLength;
  private byte literalFirst;

  /** 0: nothing to fold; 1: a literal was last; 2: a literal and a comma, the comma held back. */
  private int fold;

  private boolean spaced;
  private int tokenAt;
  private @Nullable StringBuilder text;

  /** Hashes differ between seeds. */
  public Lexer(long seed) {
    this.seed = seed;
  }

  private static byte[] kinds() {
    byte[] kinds = new byte[256];
    for (int c = 0; c < 256; c++) {
      if (c == ' ' || (c >= 9 && c <= 13)) {
        kinds[c] = SPACE;
      } else if (c >= '0' && c <= '9') {
        kinds[c] = DIGIT;
      } else if (((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c >= 128) {
        kinds[c] = LETTER;
      }
    }
    return kinds;
  }

  static long step(long hash, int c) {
    return (hash ^ c) * PRIME;
  }

  /** Begins a text. */
  public void begin() {
    begin(null);
  }

  /** Begins a text and writes its normalised form into {@code into}, too. */
  public void begin(@Nullable StringBuilder into) {
    classifier.begin();
    mode = Mode.NORMAL;
    hash = seed;
    fold = 0;
    spaced = false;
    text = into;
  }

  /** Ends the text and returns its {@link Traits}; {@link #hash()} is valid from now on. */
  public int end() {
    switch (mode) {
      case WORD -> endWord((byte) ' ');
      case NUMBER, QUOTED, QUOTE_SEEN, ESCAPED, BACKSLASH, ESCAPED_QUOTE_SEEN, DOLLAR_BODY ->
          literal();
      case IDENTIFIER -> token(word);
      case DASH -> symbol((byte) '-');
      case SLASH -> symbol((byte) '/');
      case DOLLAR -> endDollar();
      case NORMAL, LINE_COMMENT, BLOCK_COMMENT -> {
        // Nothing is open that counts.
      }
    }
    mode = Mode.NORMAL;
    unfold();
    return classifier.end();
  }

  /** The hash of the normalised text. */
  public long hash() {
    long h = hash;
    h ^= h >>> 32;
    h *= 0x9e3779b97f4a7c15L;
    return h ^ h >>> 29;
  }

  /** Reads a piece of the text. */
  public void feed(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      byte c = bytes[i];
      switch (mode) {
        case NORMAL -> {
          normal(c);
          i++;
        }
        case WORD -> i = inWord(bytes, i, to);
        case NUMBER -> {
          if (KIND[c & 0xff] == DIGIT || KIND[c & 0xff] == LETTER || c == '.' || exponent(c)) {
            before = c;
            i++;
          } else {
            literal();
            mode = Mode.NORMAL;
          }
        }
        case QUOTED -> {
          if (c == '\'') {
            mode = Mode.QUOTE_SEEN;
          } else {
            inLiteral(c);
          }
          i++;
        }
        case QUOTE_SEEN -> i += afterQuote(c, Mode.QUOTED);
        case ESCAPED -> {
          mode = c == '\'' ? Mode.ESCAPED_QUOTE_SEEN : c == '\\' ? Mode.BACKSLASH : mode;
          i++;
        }
        case BACKSLASH -> {
          mode = Mode.ESCAPED;
          i++;
        }
        case ESCAPED_QUOTE_SEEN -> i += afterQuote(c, Mode.ESCAPED);
        case IDENTIFIER -> {
          identifier(c);
          i++;
        }
        case DASH -> {
          mode = c == '-' ? Mode.LINE_COMMENT : Mode.NORMAL;
          if (mode == Mode.NORMAL) {
            symbol((byte) '-');
          } else {
            i++;
          }
        }
        case SLASH -> {
          mode = c == '*' ? Mode.BLOCK_COMMENT : Mode.NORMAL;
          if (mode == Mode.NORMAL) {
            symbol((byte) '/');
          } else {
            depth = 1;
            before = 0;
            i++;
          }
        }
        case LINE_COMMENT -> {
          mode = c == '\n' ? Mode.NORMAL : mode;
          i++;
        }
        case BLOCK_COMMENT -> {
          inComment(c);
          i++;
        }
        case DOLLAR -> i += dollar(c);
        case DOLLAR_BODY -> {
          inDollarBody(c);
          i++;
        }
      }
    }
  }

  private void normal(byte c) {
    switch (KIND[c & 0xff]) {
      case SPACE -> spaced = true;
      case LETTER -> {
        mode = Mode.WORD;
        word = step(WORD_SEED, lower(c));
        wordLength = 1;
        wordFirst = c;
        startText(c);
      }
      case DIGIT -> {
        mode = Mode.NUMBER;
        literalLength = 0;
        before = c;
      }
      default -> special(c);
    }
  }

  private void special(byte c) {
    switch (c) {
      case '\'' -> {
        mode = Mode.QUOTED;
        literalLength = 0;
      }
      case '"' -> {
        mode = Mode.IDENTIFIER;
        word = step(WORD_SEED, '"');
        startText(c);
      }
      case '-' -> mode = Mode.DASH;
      case '/' -> mode = Mode.SLASH;
      case '$' -> {
        mode = Mode.DOLLAR;
        tagLength = 0;
      }
      default -> symbol(c);
    }
  }

  private int inWord(byte[] bytes, int from, int to) {
    int i = from;
    long h = word;
    int length = wordLength;
    while (i < to) {
      byte c = bytes[i];
      byte kind = KIND[c & 0xff];
      if (kind != LETTER && kind != DIGIT && c != '$') {
        word = h;
        wordLength = length;
        mode = Mode.NORMAL;
        if (c == '\'' && length == 1 && stringPrefix()) {
          return i + 1;
        }
        endWord(c);
        return i;
      }
      h = step(h, lower(c));
      length++;
      moreText(c);
      i++;
    }
    word = h;
    wordLength = length;
    return i;
  }

  /** {@code E'…'}, {@code B'…'}, {@code X'…'}, {@code N'…'}: the letter belongs to the literal. */
  private boolean stringPrefix() {
    switch (lower(wordFirst)) {
      case 'e' -> mode = Mode.ESCAPED;
      case 'b', 'x', 'n' -> mode = Mode.QUOTED;
      default -> {
        return false;
      }
    }
    literalLength = 2;
    if (text != null) {
      spaced = tokenAt < text.length() && text.charAt(tokenAt) == ' ';
      text.setLength(tokenAt);
    }
    return true;
  }

  private void endWord(byte next) {
    token(word);
    Keyword keyword = next == '.' ? Keyword.NONE : Keyword.of(word);
    classifier.word(keyword);
  }

  private void inLiteral(byte c) {
    if (literalLength++ == 0) {
      literalFirst = c;
    }
  }

  private int afterQuote(byte c, Mode again) {
    if (c == '\'') {
      mode = again;
      literalLength += 2;
      return 1;
    }
    literal();
    mode = Mode.NORMAL;
    return 0;
  }

  private void literal() {
    if (literalLength > 0 && lower(literalFirst) == 't') {
      classifier.literalTrue();
    }
    literalFirst = 0;
    if (fold == 2) {
      fold = 1;
      spaced = false;
      return;
    }
    hash = step(hash, '?') ^ hash >>> 47;
    fold = 1;
    startText((byte) '?');
  }

  private void identifier(byte c) {
    word = step(word, c);
    moreText(c);
    if (c == '"') {
      token(word);
      classifier.word(Keyword.NONE);
      mode = Mode.NORMAL;
    }
  }

  private void inComment(byte c) {
    if (before == '*' && c == '/') {
      before = 0;
      if (--depth == 0) {
        mode = Mode.NORMAL;
        spaced = true;
      }
    } else if (before == '/' && c == '*') {
      before = 0;
      depth++;
    } else {
      before = c;
    }
  }

  /** After a dollar: a parameter, a quoting tag, or just a sign. Returns the bytes consumed. */
  private int dollar(byte c) {
    byte kind = KIND[c & 0xff];
    boolean digitFirst = tagLength > 0 && KIND[tag[0] & 0xff] == DIGIT;
    if (c == '$' && !digitFirst) {
      mode = Mode.DOLLAR_BODY;
      literalLength = 0;
      matched = 0;
      return 1;
    }
    if (((kind == LETTER && !digitFirst) || kind == DIGIT) && tagLength < MAX_TAG) {
      tag[tagLength++] = c;
      return 1;
    }
    endDollar();
    mode = Mode.NORMAL;
    return 0;
  }

  private void endDollar() {
    long h = step(WORD_SEED, '$');
    startText((byte) '$');
    for (int i = 0; i < tagLength; i++) {
      h = step(h, tag[i]);
      moreText(tag[i]);
    }
    token(h);
  }

  private void inDollarBody(byte c) {
    if (matched > 0 && matched <= tagLength && c == tag[matched - 1]) {
      matched++;
    } else if (c == '$' && matched == tagLength + 1) {
      literal();
      mode = Mode.NORMAL;
    } else {
      matched = c == '$' ? 1 : 0;
    }
  }

  private void symbol(byte c) {
    classifier.symbol(c);
    if (c == ',' && fold == 1) {
      fold = 2;
      return;
    }
    unfold();
    hash = step(hash, c) ^ hash >>> 47;
    startText(c);
  }

  private void token(long value) {
    unfoldHash();
    hash = (hash ^ value) * PRIME ^ hash >>> 31;
  }

  private void unfoldHash() {
    if (fold == 2) {
      hash = step(hash, ',') ^ hash >>> 47;
    }
    fold = 0;
  }

  private void unfold() {
    if (fold == 2) {
      append((byte) ',');
    }
    unfoldHash();
  }

  /** The first byte of a token in the normalised text. */
  private void startText(byte c) {
    if (text == null) {
      spaced = false;
      return;
    }
    tokenAt = text.length();
    if (fold == 2 && c != '?') {
      append((byte) ',');
    }
    if (spaced && !text.isEmpty()) {
      append((byte) ' ');
    }
    spaced = false;
    append(c);
  }

  private void moreText(byte c) {
    if (text != null) {
      append(c);
    }
  }

  private void append(byte c) {
    StringBuilder out = text;
    if (out != null && out.length() < MAX_TEXT) {
      out.append((char) (c & 0xff));
    }
  }

  /** The normalised text that {@link #begin(StringBuilder)} asked for, read as UTF-8. */
  public static String decode(StringBuilder text) {
    return new String(
        text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private boolean exponent(byte c) {
    return (c == '-' || c == '+') && lower(before) == 'e';
  }

  private static byte lower(byte c) {
    return c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c;
  }
}
