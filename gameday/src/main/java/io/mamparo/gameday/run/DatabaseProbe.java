package io.mamparo.gameday.run;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Asks a PostgreSQL server whether it accepts connections: it sends a start-up message and looks
 * whether the server asks for a password (it does) or refuses (it is starting, or not there). No
 * password is sent. No state.
 */
final class DatabaseProbe {
  private static final int PROTOCOL_3 = 196_608;
  private static final int TIMEOUT_MS = 500;

  private DatabaseProbe() {}

  /** Whether it accepts connections; {@code address} is {@code host:port}. */
  static boolean accepts(String address) {
    int colon = address.lastIndexOf(':');
    if (colon < 1) {
      return false;
    }
    try (Socket socket = new Socket()) {
      int port = Integer.parseInt(address.substring(colon + 1));
      socket.connect(new InetSocketAddress(address.substring(0, colon), port), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      byte[] names = "user\0probe\0database\0postgres\0\0".getBytes(StandardCharsets.US_ASCII);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(8 + names.length);
      out.writeInt(PROTOCOL_3);
      out.write(names);
      out.flush();
      return socket.getInputStream().read() == 'R';
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }
}
