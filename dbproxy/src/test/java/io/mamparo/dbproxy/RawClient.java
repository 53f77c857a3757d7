package io.mamparo.dbproxy;

import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ScramClient;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A client that speaks the protocol message by message. For one thread. */
final class RawClient implements AutoCloseable {
  /** A message of the server. */
  record Message(char type, String body) {
    @Override
    public String toString() {
      return type + ":" + body.replace('\0', '|');
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private int pid;
  private byte[] key = new byte[0];

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 65536));
    out = socket.getOutputStream();
  }

  static RawClient logIn(int port, String user, String password, String database)
      throws IOException {
    return logIn(port, user, password, Map.of("database", database));
  }

  static RawClient logIn(int port, String user, String password, Map<String, String> startup)
      throws IOException {
    return logIn(port, Frontend.PROTOCOL_3_0, user, password, startup);
  }

  static RawClient logIn(
      int port, int version, String user, String password, Map<String, String> startup)
      throws IOException {
    RawClient client = new RawClient(port);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("user", user);
    all.putAll(startup);
    ByteBuf packet = Unpooled.buffer();
    Frontend.startup(packet, version, all);
    client.send(bytes(packet));
    client.authenticate(password);
    return client;
  }

  private void authenticate(String password) throws IOException {
    ScramClient scram = new ScramClient("", UUID.randomUUID().toString());
    while (true) {
      Message message = read();
      switch ((byte) message.type()) {
        case Backend.AUTHENTICATION -> {
          byte[] body = message.body().getBytes(StandardCharsets.ISO_8859_1);
          int kind = Unpooled.wrappedBuffer(body).readInt();
          String text = message.body().substring(4);
          ByteBuf answer = Unpooled.buffer();
          if (kind == Backend.AUTH_SASL) {
            Frontend.saslInitial(answer, ScramClient.MECHANISM, scram.first());
          } else if (kind == Backend.AUTH_SASL_CONTINUE) {
            ScramClient.Challenge challenge = scram.challenge(text);
            Frontend.saslResponse(
                answer,
                scram.last(
                    ScramKeys.derive(
                        password.toCharArray(), challenge.salt(), challenge.iterations())));
          } else if (kind == Backend.AUTH_SASL_FINAL) {
            scram.verify(text);
          }
          send(bytes(answer));
        }
        case Backend.PARAMETER_STATUS -> {
          String[] parts = message.body().split("\0", -1);
          parameters.put(parts[0], parts[1]);
        }
        case Backend.BACKEND_KEY_DATA -> {
          ByteBuf body =
              Unpooled.wrappedBuffer(message.body().getBytes(StandardCharsets.ISO_8859_1));
          pid = body.readInt();
          key = new byte[body.readableBytes()];
          body.readBytes(key);
        }
        case Backend.READY_FOR_QUERY -> {
          return;
        }
        case Backend.ERROR_RESPONSE -> throw new IOException(message.toString());
        default -> {
          // Notices.
        }
      }
    }
  }

  static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  Map<String, String> parameters() {
    return parameters;
  }

  int pid() {
    return pid;
  }

  byte[] key() {
    return key;
  }

  void send(byte... bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void send(ByteBuf bytes) throws IOException {
    send(bytes(bytes));
  }

  Message read() throws IOException {
    char type = (char) in.readUnsignedByte();
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return new Message(type, new String(body, StandardCharsets.ISO_8859_1));
  }

  /** Reads up to and including the n-th ReadyForQuery. */
  List<Message> readToReady(int n) throws IOException {
    List<Message> messages = new ArrayList<>();
    int ready = 0;
    while (ready < n) {
      Message message = read();
      messages.add(message);
      ready += message.type() == 'Z' ? 1 : 0;
    }
    return messages;
  }

  List<Message> query(String text) throws IOException {
    ByteBuf packet = Unpooled.buffer();
    Frontend.query(packet, text);
    send(packet);
    return readToReady(1);
  }

  /** Whether the server has closed the connection, after whatever it still says. */
  boolean closedByPeer() throws IOException {
    try {
      while (in.read() >= 0) {
        // Says something still.
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
