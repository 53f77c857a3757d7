package io.mamparo.dbproxy.watch;

/**
 * What a server said of itself. Immutable.
 *
 * @param replica whether it replays what another one writes
 * @param timeline of what it writes; it grows with every promotion. 0 of a replica
 * @param position how far it has written or replayed, in bytes of WAL
 * @param askedAt when it was asked, by the proxy's clock: what it says is not older
 */
record Sighting(boolean replica, long timeline, long position, long askedAt) {}
