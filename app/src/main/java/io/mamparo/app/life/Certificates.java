package io.mamparo.app.life;

import io.mamparo.app.plan.Encryption;
import io.mamparo.app.plan.MeshPlan;
import io.mamparo.dbproxy.UpstreamTls;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Address;
import io.mamparo.model.DatabaseTls;
import io.mamparo.model.Stack;
import io.mamparo.model.TlsSpec;
import io.mamparo.wire.tls.CertificateAuthority;
import io.mamparo.wire.tls.CertificateFiles;
import io.mamparo.wire.tls.ClientTls;
import io.mamparo.wire.tls.Identity;
import io.mamparo.wire.tls.Pem;
import io.mamparo.wire.tls.ServerTls;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a stack: its own authority, what listeners show, whom callers trust. Used by
 * the life thread, which looks once a second whether one has to be renewed or a file has changed;
 * {@link #rootFile} by any.
 *
 * <p>Invariant: what listeners show is replaced, never taken away, so that no connection is
 * dropped.
 */
public final class Certificates implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Certificates.class.getName());

  /** Short, because there is no revocation: who steals a key has it for a day at most. */
  private static final Duration LIFE = Duration.ofHours(24);

  private static final Duration RENEW_BEFORE = Duration.ofHours(8);

  private final Path directory;
  private final AccessKeys keys;
  private final Clock clock;
  private final Map<String, Shown> listeners = new HashMap<>();
  private final Map<String, Preparing> preparing = new HashMap<>();
  private final Map<DatabaseTls, Trusted> trusted = new HashMap<>();
  private final Function<DatabaseTls, UpstreamTls> servers = this::server;
  private final Map<String, ClientTls> services = new HashMap<>();
  private @Nullable SSLSocketFactory checks; // guarded by this
  private volatile @Nullable CertificateAuthority authority;

  /** Nothing is read or made before it is needed. */
  public Certificates(Path directory, AccessKeys keys, Clock clock) {
    this.keys = keys;
    this.directory = directory;
    this.clock = clock;
  }

  private Instant now() {
    return Instant.ofEpochSecond(0, clock.epochNanos());
  }

  private synchronized CertificateAuthority authority() {
    CertificateAuthority known = authority;
    if (known == null) {
      known = CertificateAuthority.open(directory, "Mamparo certificate authority", now());
      authority = known;
    }
    return known;
  }

  /** The certificate of the own authority, for clients; made when there is none. */
  public Path rootFile() {
    return authority().rootFile();
  }

  /** What encrypts client and server connections of the database proxy. */
  Encryption forProxy(Stack stack, int portOffset) {
    if (!stack.proxy().iam().isEmpty()) {
      keys.endpoint(stack.proxy().listen().at(portOffset));
    }
    return new Encryption(
        listener(
            "database-proxy",
            stack,
            stack.proxy().tls(),
            stack.proxy().listen().at(0),
            List.of("postgresql")),
        servers,
        keys);
  }

  /** What the ingress shows, and whom the mesh trusts. */
  MeshPlan.Tls forMesh(Stack stack) {
    return new MeshPlan.Tls(stack.routes().isEmpty() ? null : ingress(stack), this::services);
  }

  /** Those that Java trusts and the own authority may vouch for services. */
  private ClientTls services(String protocol) {
    ClientTls known = services.get(protocol);
    if (known == null) {
      known =
          new ClientTls(
              new ClientTls.Settings(
                  ClientTls.Verify.FULL, roots(), null, null, List.of(protocol)));
      services.put(protocol, known);
    }
    return known;
  }

  private List<X509Certificate> roots() {
    List<X509Certificate> roots = new ArrayList<>(List.of(authority().root()));
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager usual) {
          roots.addAll(List.of(usual.getAcceptedIssuers()));
        }
      }
    } catch (GeneralSecurityException e) {
      complain("the authorities that Java trusts cannot be read: " + e.getMessage());
    }
    return roots;
  }

  /** Encrypts health checks of services, whom the same vouch for. By any thread. */
  synchronized SSLSocketFactory forChecks() {
    SSLSocketFactory known = checks;
    if (known == null) {
      try {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate root : roots()) {
          store.setCertificateEntry("root" + store.size(), root);
        }
        TrustManagerFactory trusted =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        known = context.getSocketFactory();
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException("Java cannot encrypt", e);
      }
      checks = known;
    }
    return known;
  }

  private @Nullable ServerTls ingress(Stack stack) {
    return listener(
        "ingress",
        stack,
        stack.ingress().tls(),
        stack.ingress().listen().at(0),
        List.of("h2", "http/1.1"));
  }

  private @Nullable ServerTls listener(
      String name, Stack stack, @Nullable TlsSpec spec, Address address, List<String> protocols) {
    if (spec == null) {
      return null;
    }
    Shown known = listeners.get(name);
    if (known != null && known.fits(spec, stack.name())) {
      return known.tls;
    }
    CertificateAuthority.Holder holder = holder(name, stack.name(), address);
    Preparing begun = preparing.get(name);
    if (mustNotWait(spec) || CertificateAuthority.keeps(directory, holder)) {
      known = new Shown(name, stack.name(), spec, holder, protocols);
    } else if (begun == null || !begun.fits(spec, stack.name())) {
      CompletableFuture<Shown> future =
          CompletableFuture.supplyAsync(
              () -> new Shown(name, stack.name(), spec, holder, protocols),
              task -> Thread.ofPlatform().name("certificates").daemon().start(task));
      preparing.put(name, new Preparing(spec, stack.name(), future));
      return known == null ? null : known.tls;
    } else if (begun.future().isDone()) {
      known = begun.outcome();
      preparing.remove(name);
    } else {
      return known == null ? null : known.tls;
    }
    listeners.put(name, known);
    return known.tls;
  }

  /**
   * The first key and certificate take half a second of a fresh process, in which plain connections
   * can be served already, unless they may not be. Files that are given may be wrong, which is told
   * at once.
   */
  private static boolean mustNotWait(TlsSpec spec) {
    return spec.plain() == TlsSpec.Plain.REFUSE
        || !spec.certificates().isEmpty()
        || !spec.clients().equals(TlsSpec.OWN.clients());
  }

  /** What will be shown, made on a thread of its own. */
  private record Preparing(TlsSpec spec, String stack, CompletableFuture<Shown> future) {
    boolean fits(TlsSpec other, String otherStack) {
      return spec.equals(other) && stack.equals(otherStack);
    }

    Shown outcome() {
      try {
        return future.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof Problem problem) {
          throw problem;
        }
        throw e;
      }
    }
  }

  private static CertificateAuthority.Holder holder(String name, String stack, Address address) {
    Set<String> hosts = new LinkedHashSet<>(List.of("localhost"));
    Set<String> addresses = new LinkedHashSet<>(List.of("127.0.0.1", "::1"));
    if (io.netty.util.NetUtil.createByteArrayFromIpAddressString(address.host()) == null) {
      hosts.add(address.host());
    } else {
      addresses.add(address.host());
    }
    try {
      hosts.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      // A machine without a name is reached by its address.
    }
    return new CertificateAuthority.Holder(
        stack + " " + name,
        List.copyOf(hosts),
        List.copyOf(addresses),
        "spiffe://" + stack + "/" + name);
  }

  /** How connections to a server are encrypted; the same object until a file changes. */
  private UpstreamTls server(DatabaseTls spec) {
    return trusted.computeIfAbsent(spec, Trusted::new).tls();
  }

  /** Renews what ends soon and takes over files that have changed. */
  void look() {
    listeners.values().forEach(Shown::look);
    trusted.values().forEach(Trusted::look);
  }

  private static void complain(String words) {
    LOG.log(Level.WARNING, words);
  }

  @Override
  public void close() {
    listeners.values().forEach(shown -> shown.tls.close());
    listeners.clear();
  }

  /** What one listener shows. */
  private final class Shown {
    private final String name;
    private final String stack;
    private final TlsSpec spec;
    private final CertificateAuthority.Holder holder;
    private final ServerTls tls;
    private final @Nullable CertificateFiles<List<Identity>> files;
    private Instant renewAt = Instant.MAX;

    Shown(
        String name,
        String stack,
        TlsSpec spec,
        CertificateAuthority.Holder holder,
        List<String> protocols) {
      this.name = name;
      this.stack = stack;
      this.spec = spec;
      this.holder = holder;
      Path ca = spec.clients().ca();
      List<X509Certificate> roots = ca == null ? List.of(authority().root()) : Pem.certificates(ca);
      tls = new ServerTls(new ServerTls.Settings(protocols, true, roots));
      if (spec.certificates().isEmpty()) {
        files = null;
        renew();
      } else {
        files =
            new CertificateFiles<>(
                paths(spec),
                () ->
                    spec.certificates().stream()
                        .map(pair -> Identity.read(pair.certificate(), pair.keyFile()))
                        .toList(),
                tls::show,
                words -> complain(name + ": " + words));
        files.begin();
      }
    }

    private static List<Path> paths(TlsSpec spec) {
      List<Path> paths = new ArrayList<>();
      spec.certificates()
          .forEach(
              pair -> {
                paths.add(pair.certificate());
                paths.add(pair.keyFile());
              });
      return paths;
    }

    boolean fits(TlsSpec other, String otherStack) {
      return spec.equals(other) && stack.equals(otherStack);
    }

    private void renew() {
      Instant now = now();
      Identity identity = authority().issued(holder, LIFE, RENEW_BEFORE, now);
      tls.show(List.of(identity));
      renewAt = identity.certificate().getNotAfter().toInstant().minus(RENEW_BEFORE);
    }

    void look() {
      tls.refresh();
      if (files != null && files.look()) {
        LOG.log(Level.INFO, name + ": its certificates have been replaced");
      }
      if (now().isAfter(renewAt)) {
        renew();
        LOG.log(Level.INFO, name + ": its certificate has been renewed");
      }
    }
  }

  /** How one kind of server is reached. */
  private static final class Trusted {
    private final CertificateFiles<UpstreamTls> files;
    private @Nullable UpstreamTls tls;

    Trusted(DatabaseTls spec) {
      List<Path> paths = new ArrayList<>();
      for (Path path : new @Nullable Path[] {spec.ca(), spec.certificate(), spec.key()}) {
        if (path != null) {
          paths.add(path);
        }
      }
      files =
          new CertificateFiles<>(
              paths, () -> read(spec), read -> tls = read, Certificates::complain);
      files.begin();
    }

    private static UpstreamTls read(DatabaseTls spec) {
      if (spec.mode() == DatabaseTls.Mode.DISABLE) {
        return UpstreamTls.OFF;
      }
      Path certificate = spec.certificate();
      ClientTls.Verify verify =
          switch (spec.mode()) {
            case DISABLE, PREFER -> ClientTls.Verify.NOTHING;
            // With a root, libpq verifies it in this mode, too.
            case REQUIRE ->
                spec.ca() == null ? ClientTls.Verify.NOTHING : ClientTls.Verify.AUTHORITY;
            case VERIFY_CA -> ClientTls.Verify.AUTHORITY;
            case VERIFY_FULL -> ClientTls.Verify.FULL;
          };
      ClientTls client =
          new ClientTls(
              new ClientTls.Settings(
                  verify,
                  spec.ca() == null ? List.of() : Pem.certificates(spec.ca()),
                  certificate == null
                      ? null
                      : Identity.read(certificate, spec.key() == null ? certificate : spec.key()),
                  spec.serverName(),
                  List.of("postgresql")));
      return new UpstreamTls(
          spec.mode() == DatabaseTls.Mode.PREFER
              ? UpstreamTls.Mode.PREFER
              : UpstreamTls.Mode.REQUIRE,
          client,
          spec.negotiation() == DatabaseTls.Negotiation.DIRECT,
          spec.binding() == DatabaseTls.Binding.REQUIRE);
    }

    UpstreamTls tls() {
      return Objects.requireNonNull(tls);
    }

    void look() {
      files.look();
    }
  }
}
