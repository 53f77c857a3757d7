package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where a client is. Immutable.
 *
 * @param text its address as text
 * @param six whether that is an IPv6 address
 * @param loopback whether the client is on this machine
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ClientAddress(byte[] text, boolean six, boolean loopback) {
  static final ClientAddress UNKNOWN = new ClientAddress(new byte[0], false, false);

  static ClientAddress of(Channel channel) {
    InetAddress from = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    return new ClientAddress(
        from.getHostAddress().getBytes(US_ASCII),
        from instanceof Inet6Address,
        from.isLoopbackAddress());
  }
}
