package io.mamparo.load.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/**
 * Reads one HTTP/1.1 answer and throws its body away. Used by one lane's thread; the buffer is kept
 * from answer to answer.
 */
final class Answer {
  private static final int MAX_LINE = 8192;
  private static final int MAX_HEADERS = 200;
  private static final byte[] CONTENT_LENGTH = ascii("content-length:");
  private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding:");
  private static final byte[] CONNECTION = ascii("connection:");

  private final byte[] buffer = new byte[16 * 1024];
  private final byte[] line = new byte[MAX_LINE];
  private int at;
  private int end;
  private int lineLength;

  private long contentLength;
  private boolean chunked;
  private boolean keepAlive;
  private boolean begun;

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** Forgets bytes of an earlier connection. */
  void reset() {
    at = 0;
    end = 0;
  }

  /** Whether the connection can carry another request. */
  boolean keepAlive() {
    return keepAlive;
  }

  /** Whether anything of the answer had arrived when reading failed. */
  boolean begun() {
    return begun;
  }

  /** Reads to the end of the answer's body and returns its status. */
  int read(InputStream in, boolean head) throws IOException {
    begun = false;
    int status = readHead(in);
    while (status >= 100 && status < 200 && status != 101) {
      status = readHead(in);
    }
    if (head || status == 204 || status == 304) {
      return status;
    }
    if (chunked) {
      skipChunks(in);
    } else if (contentLength >= 0) {
      skip(in, contentLength);
    } else {
      keepAlive = false;
      while (fill(in)) {
        at = end;
      }
    }
    return status;
  }

  private int readHead(InputStream in) throws IOException {
    readLine(in);
    if (lineLength < 12 || line[0] != 'H' || line[4] != '/' || line[8] != ' ') {
      throw new ProtocolException("no status line");
    }
    int status = digit(line[9]) * 100 + digit(line[10]) * 10 + digit(line[11]);
    keepAlive = line[7] != '0';
    contentLength = -1;
    chunked = false;
    for (int headers = 0; ; headers++) {
      readLine(in);
      if (lineLength == 0) {
        return status;
      }
      if (headers == MAX_HEADERS) {
        throw new ProtocolException("more than " + MAX_HEADERS + " headers");
      }
      header();
    }
  }

  private void header() throws IOException {
    if (starts(CONTENT_LENGTH)) {
      contentLength = number(CONTENT_LENGTH.length, lineLength, 10);
    } else if (starts(TRANSFER_ENCODING)) {
      chunked = value(TRANSFER_ENCODING.length).endsWith("chunked");
    } else if (starts(CONNECTION)) {
      String value = value(CONNECTION.length);
      keepAlive = value.contains("keep-alive") || (keepAlive && !value.contains("close"));
    }
  }

  private String value(int from) {
    return new String(line, from, lineLength - from, java.nio.charset.StandardCharsets.ISO_8859_1)
        .strip()
        .toLowerCase(java.util.Locale.ROOT);
  }

  private void skipChunks(InputStream in) throws IOException {
    while (true) {
      readLine(in);
      int until = 0;
      while (until < lineLength && line[until] != ';') {
        until++;
      }
      long size = number(0, until, 16);
      if (size == 0) {
        do {
          readLine(in);
        } while (lineLength > 0);
        return;
      }
      skip(in, size);
      readLine(in);
      if (lineLength != 0) {
        throw new ProtocolException("a chunk is longer than it says");
      }
    }
  }

  private void skip(InputStream in, long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (at == end && !fill(in)) {
        throw new EOFException("the body ended early");
      }
      long some = Math.min(left, end - at);
      at += (int) some;
      left -= some;
    }
  }

  /** Reads a line without its end into the line buffer. */
  private void readLine(InputStream in) throws IOException {
    lineLength = 0;
    while (true) {
      if (at == end && !fill(in)) {
        throw new EOFException("the connection was closed");
      }
      byte b = buffer[at++];
      if (b == '\n') {
        if (lineLength > 0 && line[lineLength - 1] == '\r') {
          lineLength--;
        }
        return;
      }
      if (lineLength == MAX_LINE) {
        throw new ProtocolException("a line is longer than " + MAX_LINE + " bytes");
      }
      line[lineLength++] = b;
    }
  }

  private boolean fill(InputStream in) throws IOException {
    int count = in.read(buffer);
    at = 0;
    end = Math.max(0, count);
    begun |= count > 0;
    return count > 0;
  }

  private boolean starts(byte[] name) {
    if (lineLength < name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      byte b = line[i];
      if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private long number(int from, int to, int radix) throws IOException {
    long value = 0;
    boolean any = false;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(line[i], radix);
      if (digit < 0) {
        if (line[i] == ' ' || line[i] == '\t') {
          continue;
        }
        throw new ProtocolException("not a length");
      }
      any = true;
      value = value * radix + digit;
      if (value > 1L << 50) {
        throw new ProtocolException("a length beyond reason");
      }
    }
    if (!any) {
      throw new ProtocolException("a length is missing");
    }
    return value;
  }

  private static int digit(byte b) throws IOException {
    if (b < '0' || b > '9') {
      throw new ProtocolException("not a status");
    }
    return b - '0';
  }
}
