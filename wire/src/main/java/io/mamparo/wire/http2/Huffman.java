package io.mamparo.wire.http2;

/**
 * The Huffman code of RFC 7541, appendix B. No state.
 *
 * <p>The code is canonical: its lengths are all there is to know, for symbols of one length have
 * consecutive codes in their own order. Eight bits decide most symbols at once.
 */
final class Huffman {
  /** The length of each symbol's code, from 5 (A) to 30 (Z); the last is the end of the string. */
  private static final String LENGTHS =
      "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF"
          + "IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX"
          + "PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS"
          + "VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWVZ";

  private static final int SHORTEST = 5;
  private static final int LONGEST = 30;
  private static final int END = 256;
  private static final int FAST = 8;

  /** Symbols in the order of their codes. */
  private static final short[] SYMBOLS = new short[END + 1];

  /** By length: the first code, and where its symbol stands. */
  private static final int[] FIRST = new int[LONGEST + 2];

  private static final int[] PLACE = new int[LONGEST + 2];

  /** By length: the first code that is longer, moved to the left of 32 bits. */
  private static final long[] BEYOND = new long[LONGEST + 1];

  /** By eight bits: length and symbol, or 0 when the code is longer. */
  private static final short[] QUICK = new short[1 << FAST];

  static {
    int code = 0;
    int place = 0;
    for (int length = SHORTEST; length <= LONGEST; length++) {
      FIRST[length] = code;
      PLACE[length] = place;
      for (int symbol = 0; symbol <= END; symbol++) {
        if (LENGTHS.charAt(symbol) - 'A' + SHORTEST == length) {
          SYMBOLS[place++] = (short) symbol;
          for (int i = 0; length <= FAST && i < 1 << (FAST - length); i++) {
            QUICK[(code << (FAST - length)) + i] = (short) (length << 8 | symbol);
          }
          code++;
        }
      }
      BEYOND[length] = (long) code << (32 - length);
      code <<= 1;
    }
  }

  private Huffman() {}

  /** How many bytes {@code [from, to)} can become at most. */
  static int most(int from, int to) {
    return (to - from) * 8 / SHORTEST + 1;
  }

  /**
   * Decodes {@code [from, to)}.
   *
   * @param out has room for {@link #most}
   * @return where the text ends in {@code out}, or -1 when the code is malformed
   */
  static int decode(byte[] in, int from, int to, byte[] out, int at) {
    long bits = 0;
    int count = 0;
    int i = from;
    int o = at;
    while (true) {
      while (count <= 32 && i < to) {
        bits = bits << 8 | (in[i++] & 0xff);
        count += 8;
      }
      if (count < SHORTEST) {
        break;
      }
      long window = (count >= 32 ? bits >>> (count - 32) : bits << (32 - count)) & 0xffffffffL;
      int quick = QUICK[(int) (window >>> 24)];
      int length = quick >> 8;
      int symbol = quick & 0xff;
      if (length == 0) {
        length = FAST + 1;
        while (length < LONGEST && window >= BEYOND[length]) {
          length++;
        }
        symbol =
            length <= count
                ? SYMBOLS[PLACE[length] + (int) (window >>> (32 - length)) - FIRST[length]]
                : END;
      }
      if (length > count) {
        break;
      }
      if (symbol == END) {
        return -1;
      }
      out[o++] = (byte) symbol;
      count -= length;
    }
    // What is left pads the last byte: fewer than eight bits, all of them ones.
    long rest = bits & ((1L << count) - 1);
    return count < 8 && rest == (1L << count) - 1 ? o : -1;
  }
}
