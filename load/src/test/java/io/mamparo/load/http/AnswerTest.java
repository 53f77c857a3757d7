package io.mamparo.load.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private final Answer answer = new Answer();

  private static InputStream in(String text) {
    return new ByteArrayInputStream(
        text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** One byte at a time, as a slow network may deliver it. */
  private static InputStream dribbling(String text) {
    InputStream all = in(text);
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return all.read();
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        return all.read(into, from, Math.min(1, length));
      }
    };
  }

  @Test
  void severalAnswersOnOneConnection_areToldApartHoweverTheyArrive() throws IOException {
    String text =
        "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"
            + "HTTP/1.1 404 Not Found\ntransfer-encoding: Chunked\n\n4\nabcd\nA;x=y\n0123456789\n0\nX: y\n\n"
            + "HTTP/1.1 100 Continue\n\nHTTP/1.1 204 No Content\n\n"
            + "HTTP/1.1 503\nContent-Length: 0\nConnection: close\n\n";
    for (InputStream in : new InputStream[] {in(text), dribbling(text)}) {
      answer.reset();
      assertEquals(200, answer.read(in, false));
      assertEquals(404, answer.read(in, false));
      assertTrue(answer.keepAlive());
      assertEquals(204, answer.read(in, false));
      assertEquals(503, answer.read(in, false));
      assertFalse(answer.keepAlive());
    }
  }

  @Test
  void anAnswerToHead_hasNoBodyWhateverItsLengthSays() throws IOException {
    InputStream in =
        in("HTTP/1.1 200 OK\nContent-Length: 99\n\nHTTP/1.1 201 Created\nContent-Length: 0\n\n");
    assertEquals(200, answer.read(in, true));
    assertEquals(201, answer.read(in, false));
  }

  @Test
  void withoutALength_theBodyEndsWithTheConnection() throws IOException {
    assertEquals(200, answer.read(in("HTTP/1.0 200 OK\n\nall the rest"), false));
    assertFalse(answer.keepAlive());
  }

  @Test
  void http10_staysOpenOnlyIfItSaysSo() throws IOException {
    answer.read(in("HTTP/1.0 200 OK\nContent-Length: 0\n\n"), false);
    assertFalse(answer.keepAlive());
    answer.reset();
    answer.read(in("HTTP/1.0 200 OK\nConnection: Keep-Alive\nContent-Length: 0\n\n"), false);
    assertTrue(answer.keepAlive());
  }

  @Test
  void anEarlyEnd_isNotAnAnswer() {
    assertThrows(EOFException.class, () -> answer.read(in(""), false));
    answer.reset();
    assertThrows(
        EOFException.class,
        () -> answer.read(in("HTTP/1.1 200 OK\nContent-Length: 9\n\nshort"), false));
  }

  @Test
  void nonsense_isRefused() {
    for (String text :
        new String[] {
          "HELLO\n\n",
          "HTTP/1.1 2xx\n\n",
          "HTTP/1.1 200 OK\nContent-Length: lots\n\n",
          "HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\n",
          "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\n",
          "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nabc\n",
          "HTTP/1.1 200 " + "x".repeat(9_000) + "\n\n",
          "HTTP/1.1 200 OK\n" + "A: b\n".repeat(201) + "\n"
        }) {
      answer.reset();
      assertThrows(ProtocolException.class, () -> answer.read(in(text), false), text);
    }
  }
}
