package io.mamparo.dbproxy;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what: every client and every server connection, as they were a moment ago. Immutable.
 * Gathered loop by loop and a few hundred at a time, so one loop's part may be milliseconds older
 * than another's. Ages are in nanoseconds.
 *
 * @param clients logged in, in the order they came on each loop
 * @param servers open
 */
public record ProxyHolders(List<Client> clients, List<Server> servers) {
  public ProxyHolders {
    clients = List.copyOf(clients);
    servers = List.copyOf(servers);
  }

  /** Nobody. */
  public static final ProxyHolders NONE = new ProxyHolders(List.of(), List.of());

  /**
   * The clients that hold or wait for a server connection: those with the oldest transactions
   * first, then those that have been in their state longest.
   */
  public List<Client> busiest() {
    return clients.stream()
        .filter(client -> client.state() != ClientState.IDLE)
        .sorted(
            Comparator.comparingLong(Client::transactionNanos)
                .thenComparingLong(Client::stateNanos)
                .reversed())
        .toList();
  }

  /**
   * Whose it is.
   *
   * @param database the database's name as clients know it
   * @param login the login's user
   * @param service the service the login was made for; null for people
   */
  public record Who(String database, String login, @Nullable String service) {}

  /**
   * The two ends of a connection; empty and 0 where they are not known any more.
   *
   * @param address of the peer
   * @param tls the version and cipher; empty without encryption
   */
  public record Ends(String address, int port, String localAddress, int localPort, String tls) {}

  /** What a client is doing. */
  public enum ClientState {
    /** Nothing, and holds nothing. */
    IDLE("idle"),
    /** Waits for a server connection. */
    WAITING("waiting"),
    /** A statement is under way. */
    ACTIVE("active"),
    /** A transaction is open and the client is silent. */
    IDLE_IN_TRANSACTION("idle in transaction"),
    /** Nothing, but keeps its server connection. */
    PINNED("pinned");

    private final String words;

    ClientState(String words) {
      this.words = words;
    }

    /** As told to people. */
    public String words() {
      return words;
    }

    /** Whether it has a server connection. */
    public boolean holds() {
      return this != IDLE && this != WAITING;
    }
  }

  /**
   * Why a client keeps its server connection.
   *
   * @param reason in a few words
   * @param statement the statement that caused it; null when none is known
   * @param ageNanos for how long
   */
  public record Pin(PinReason reason, @Nullable Fingerprint statement, long ageNanos) {}

  /**
   * One client.
   *
   * @param id what its driver takes for the server's process id; unique among clients
   * @param application its {@code application_name}
   * @param connectedAt when it logged in, in milliseconds since 1970
   * @param stateNanos for how long it has been in this state
   * @param pin why it keeps its server connection; null when it does not
   * @param transactionNanos age of its open transaction; -1 without one
   * @param statement what it runs, or ran last; null before the first
   * @param server the {@link Server#key} of what it holds; 0 when it holds none
   * @param backendPid the process on the server; 0 when it holds none
   * @param prepared named statements it has prepared
   */
  public record Client(
      int id,
      Who who,
      Ends ends,
      String application,
      ClientState state,
      long connectedAt,
      long stateNanos,
      @Nullable Pin pin,
      long transactionNanos,
      @Nullable Fingerprint statement,
      long server,
      int backendPid,
      int prepared) {}

  /** What a server connection is doing. */
  public enum ServerState {
    /** Free. */
    IDLE("idle"),
    /** Lent to a client. */
    ACTIVE("active"),
    /** Being cleaned or checked before it is lent again. */
    TESTED("tested");

    private final String words;

    ServerState(String words) {
      this.words = words;
    }

    /** As told to people. */
    public String words() {
      return words;
    }
  }

  /**
   * One server connection.
   *
   * @param key unique among server connections
   * @param openedAt in milliseconds since 1970
   * @param stateNanos for how long it has been free; 0 when it is not
   * @param pid the process on the server
   * @param client the {@link Client#id} of who holds it; 0 when nobody does
   * @param prepared statements prepared on it
   * @param application the {@code application_name} it has now
   * @param closing whether it is closed as soon as it comes back
   */
  public record Server(
      long key,
      Who who,
      Ends ends,
      ServerState state,
      long openedAt,
      long stateNanos,
      int pid,
      int client,
      int prepared,
      String application,
      boolean closing) {}
}
