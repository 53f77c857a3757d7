package io.mamparo.wire.pg;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * PBKDF2 with HMAC-SHA-256 for one block (RFC 8018, section 5.2), as SCRAM salts passwords. Pure
 * functions.
 *
 * <p>The JDK's works through HMAC's two key blocks again in each of the thousands of rounds, and in
 * a fresh process it and its way through the providers have to be compiled first: of the eleven
 * derivations of a stack that starts it took 0.65 s of processor time, this takes 0.2. It goes
 * twice through SHA-256's compression (FIPS 180-4, section 6.2.2) a round, from states that are
 * computed once.
 */
final class Pbkdf2 {
  private static final int[] ROUNDS = rounds();
  private static final int[] INITIAL = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };
  private static final int BLOCK = 64;
  private static final int WORDS = 8;
  private static final int INNER = 0x36363636;
  private static final int OUTER = 0x5c5c5c5c;

  private Pbkdf2() {}

  /** The first 32 bytes of the key; an empty password is one, too. */
  static byte[] key(byte[] password, byte[] salt, int iterations) {
    byte[] key =
        Arrays.copyOf(password.length > BLOCK ? ScramKeys.sha256(password) : password, BLOCK);
    int[] schedule = new int[BLOCK];
    int[] inner = padded(key, INNER, schedule);
    int[] outer = padded(key, OUTER, schedule);
    Arrays.fill(key, (byte) 0);
    byte[] first = Arrays.copyOf(salt, salt.length + Integer.BYTES);
    first[first.length - 1] = 1;
    int[] result = new int[WORDS];
    ByteBuffer.wrap(ScramKeys.hmac(password, first)).asIntBuffer().get(result);
    System.arraycopy(result, 0, schedule, 0, WORDS);
    for (int i = 1; i < iterations; i++) {
      digestOfDigest(inner, schedule);
      digestOfDigest(outer, schedule);
      for (int j = 0; j < WORDS; j++) {
        result[j] ^= schedule[j];
      }
    }
    Arrays.fill(schedule, 0);
    ByteBuffer bytes = ByteBuffer.allocate(WORDS * Integer.BYTES);
    bytes.asIntBuffer().put(result);
    return bytes.array();
  }

  private static int[] padded(byte[] key, int with, int[] schedule) {
    ByteBuffer.wrap(key).asIntBuffer().get(schedule, 0, BLOCK / Integer.BYTES);
    for (int i = 0; i < BLOCK / Integer.BYTES; i++) {
      schedule[i] ^= with;
    }
    int[] state = new int[WORDS];
    compress(INITIAL, schedule, state);
    return state;
  }

  /** Replaces the digest at the schedule's start by that of a key's block and this digest. */
  private static void digestOfDigest(int[] state, int[] schedule) {
    schedule[8] = 0x80000000;
    for (int i = 9; i < 15; i++) {
      schedule[i] = 0;
    }
    schedule[15] = (BLOCK + 32) * Byte.SIZE;
    compress(state, schedule, schedule);
  }

  /** SHA-256's compression of the sixteen words at the schedule's start. */
  private static void compress(int[] from, int[] schedule, int[] to) {
    int[] w = schedule;
    for (int i = 16; i < 64; i++) {
      int x = w[i - 15];
      int y = w[i - 2];
      int s0 = Integer.rotateRight(x, 7) ^ Integer.rotateRight(x, 18) ^ (x >>> 3);
      int s1 = Integer.rotateRight(y, 17) ^ Integer.rotateRight(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    int a = from[0];
    int b = from[1];
    int c = from[2];
    int d = from[3];
    int e = from[4];
    int f = from[5];
    int g = from[6];
    int h = from[7];
    for (int i = 0; i < 64; i++) {
      int s1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
      int t1 = h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i];
      int s0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
      int t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    to[0] = from[0] + a;
    to[1] = from[1] + b;
    to[2] = from[2] + c;
    to[3] = from[3] + d;
    to[4] = from[4] + e;
    to[5] = from[5] + f;
    to[6] = from[6] + g;
    to[7] = from[7] + h;
  }

  /** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
  private static int[] rounds() {
    int[] rounds = new int[64];
    int found = 0;
    for (int n = 2; found < rounds.length; n++) {
      if (prime(n)) {
        double root = Math.cbrt(n);
        rounds[found++] = (int) (long) ((root - Math.floor(root)) * 0x1p32);
      }
    }
    return rounds;
  }

  private static boolean prime(int n) {
    for (int divisor = 2; divisor * divisor <= n; divisor++) {
      if (n % divisor == 0) {
        return false;
      }
    }
    return true;
  }
}
