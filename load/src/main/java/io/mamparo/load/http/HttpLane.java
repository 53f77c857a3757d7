package io.mamparo.load.http;

import io.mamparo.load.ErrorKind;
import io.mamparo.load.HttpLoad;
import io.mamparo.load.run.Connections;
import io.mamparo.load.run.Job;
import io.mamparo.load.run.Lane;
import io.mamparo.load.run.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A keep-alive connection. Its lane's virtual thread uses it; another thread may close the socket
 * to end a call. A connection that the server closed while it was idle is replaced without counting
 * as an error, as any HTTP client does.
 */
final class HttpLane implements Lane {
  /** A connection that was idle for this long is looked at before it is used again. */
  private static final long LOOK_AFTER_NANOS = 5_000_000;

  private final URI base;
  private final List<RequestBytes> requests;
  private final @Nullable SSLSocketFactory tls;
  private final Connections connections;
  private final Answer answer = new Answer();
  private volatile @Nullable SocketChannel channel;
  private @Nullable InputStream in;
  private @Nullable OutputStream out;
  private long lastUsed;

  HttpLane(
      HttpLoad load,
      List<RequestBytes> requests,
      @Nullable SSLSocketFactory tls,
      Connections connections) {
    this.base = load.base();
    this.requests = requests;
    this.tls = tls;
    this.connections = connections;
  }

  @Override
  public Outcome call(Job job) {
    RequestBytes request = requests.get(job.kind());
    try {
      if (!usable() && !open(job.deadline())) {
        return Outcome.failed(ErrorKind.TIMEOUT);
      }
    } catch (IOException e) {
      close();
      return Outcome.failed(ErrorKind.CONNECT);
    }
    try {
      int status = exchange(request.of(job), request.head());
      return Outcome.answered(request.request().succeeded(status), Integer.toString(status));
    } catch (ProtocolException e) {
      close();
      return Outcome.failed(ErrorKind.PROTOCOL);
    } catch (IOException e) {
      close();
      // Time is up: it was closed on this side.
      if (System.nanoTime() - job.deadline() >= 0) {
        return Outcome.failed(ErrorKind.TIMEOUT);
      }
      connections.drop();
      return Outcome.failed(ErrorKind.CLOSED);
    }
  }

  private int exchange(byte[] request, boolean head) throws IOException {
    OutputStream to = out;
    InputStream from = in;
    if (to == null || from == null) {
      throw new IOException("no connection");
    }
    to.write(request);
    to.flush();
    int status = answer.read(from, head);
    lastUsed = System.nanoTime();
    if (!answer.keepAlive()) {
      close();
    }
    return status;
  }

  /** Whether there is a connection that the server has not closed in the meantime. */
  private boolean usable() {
    SocketChannel current = channel;
    if (current == null || !current.isOpen()) {
      return false;
    }
    if (tls != null || System.nanoTime() - lastUsed < LOOK_AFTER_NANOS) {
      return true;
    }
    if (endOfStream(current)) {
      close();
      return false;
    }
    return true;
  }

  /** A look without waiting: nothing may come unasked, so that anything but silence is the end. */
  private static boolean endOfStream(SocketChannel current) {
    try {
      current.configureBlocking(false);
      boolean silent = current.read(ByteBuffer.allocate(1)) == 0;
      current.configureBlocking(true);
      return !silent;
    } catch (IOException e) {
      return true;
    }
  }

  /** False when the deadline passed meanwhile. */
  private boolean open(long deadline) throws IOException {
    close();
    long leftMs = (deadline - System.nanoTime()) / 1_000_000;
    if (leftMs <= 0) {
      return false;
    }
    SocketChannel opened = SocketChannel.open();
    channel = opened;
    Socket plain = opened.socket();
    int port = base.getPort() != -1 ? base.getPort() : tls == null ? 80 : 443;
    plain.connect(
        new InetSocketAddress(base.getHost(), port), (int) Math.min(leftMs, Integer.MAX_VALUE));
    connections.open();
    plain.setTcpNoDelay(true);
    SSLSocketFactory factory = tls;
    Socket stream =
        factory == null ? plain : factory.createSocket(plain, base.getHost(), port, true);
    in = stream.getInputStream();
    out = stream.getOutputStream();
    answer.reset();
    return deadline - System.nanoTime() > 0;
  }

  @Override
  public void abort() {
    closeQuietly(channel);
  }

  @Override
  public void close() {
    closeQuietly(channel);
    channel = null;
  }

  private static void closeQuietly(@Nullable SocketChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
