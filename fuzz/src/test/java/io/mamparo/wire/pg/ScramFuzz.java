package io.mamparo.wire.pg;

import static io.mamparo.fuzz.Pieces.check;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/**
 * Both sides of SCRAM, each given what its peer should not send; the messages are parted by zero
 * bytes. Run by Jazzer.
 */
public final class ScramFuzz {
  private static final ScramKeys KEYS =
      ScramKeys.derive("secret".toCharArray(), "salt".getBytes(UTF_8), 1);

  private ScramFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        "n,,n=,r=abc\0c=biws,r=abcxyz,p=AAAA".getBytes(UTF_8),
        "p=tls-server-end-point,,n=,r=abc\0c=biws,r=abcxyz,p=AAAA".getBytes(UTF_8),
        "r=abcdef,s=c2FsdA==,i=1\0v=AAAA".getBytes(UTF_8),
        "SCRAM-SHA-256$4096:c2FsdA==$AAAA:AAAA\0p\u00e4ss\u200b".getBytes(UTF_8));
  }

  /** Two messages. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, data.length % 2 == 0 ? UTF_8 : ISO_8859_1);
    int zero = Math.max(0, text.indexOf('\0'));
    String first = text.substring(0, zero);
    String second = text.substring(Math.min(text.length(), zero + 1));
    server(new ScramServer(KEYS, true, "xyz"), first, second);
    byte[] endPoint = new byte[] {1, 2, 3};
    for (String mechanism : ScramServer.mechanisms(endPoint)) {
      server(new ScramServer(KEYS, true, "xyz", mechanism, endPoint), first, second);
    }
    client(first, second);
    try {
      ScramKeys.ofVerifier(first);
    } catch (IllegalArgumentException expected) {
      // It is none.
    }
    SaslPrep.prepare(second);
  }

  private static void server(ScramServer server, String first, String last) {
    try {
      server.first(first);
      check(server.last(last) == null, "a proof was found by chance");
    } catch (ProtocolViolation expected) {
      // The connection ends.
    }
  }

  private static void client(String first, String last) {
    ScramClient client = new ScramClient("", "abc");
    try {
      ScramClient.Challenge challenge = client.challenge(first);
      check(challenge.salt().length < first.length() + 1, "a salt from nowhere");
      client.last(KEYS);
      client.verify(last);
      throw new AssertionError("a server's signature was found by chance");
    } catch (ProtocolViolation expected) {
      // The connection ends.
    }
  }
}
