package io.mamparo.model.schema;

import io.mamparo.model.AccessSpec;
import io.mamparo.model.DatabaseTls;
import io.mamparo.model.TlsSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the keys about encryption and access have in common. Stateless. */
final class SecuritySchema {
  private SecuritySchema() {}

  private static Section<TlsSpec.Files> certificate(String path) {
    Key<Path> certificate =
        Key.required(
            "certificate",
            Types.file(),
            "PEM, the own certificate first. Replaced files are taken over while running.");
    Key<Path> key =
        Key.optional(
            "key", Types.file(), "in the same file", "Its private key, PEM, not encrypted.");
    return Section.of(
        path + ".certificates",
        "One certificate.",
        List.of(certificate, key),
        f -> new TlsSpec.Files(f.get(certificate), f.find(key)));
  }

  private static Key<List<TlsSpec.Files>> certificates(String path) {
    return Key.of(
        "certificates",
        Types.list(certificate(path), "[{certificate: site.crt, key: site.key}]"),
        List.of(),
        "one of the stack's own authority",
        "What is shown. A client that names a host (SNI) is shown the one made for it, others the"
            + " first.");
  }

  private static Key<TlsSpec.Plain> plain() {
    return Key.of(
        "plain",
        Scalar.oneOf(TlsSpec.Plain.class),
        TlsSpec.Plain.ALLOW,
        "What happens to connections that are not encrypted.");
  }

  /** {@code ingress.tls}. */
  static Key<Optional<TlsSpec>> ingress() {
    String path = "ingress.tls";
    Key<List<TlsSpec.Files>> certificates = certificates(path);
    Key<TlsSpec.Plain> plain = plain();
    Section<TlsSpec> section =
        Section.of(
            path,
            "Encrypted connections come in on the same port as plain ones.",
            List.of(certificates, plain),
            f -> new TlsSpec(f.get(certificates), f.get(plain), TlsSpec.OWN.clients()));
    return Key.of(
        "tls",
        Types.offOr(section),
        Optional.of(TlsSpec.OWN),
        "on",
        "Encryption, with a certificate of the stack's own authority unless others are given.");
  }

  /** {@code proxy.tls}. */
  static Key<Optional<TlsSpec>> proxy() {
    String path = "proxy.tls";
    Key<List<TlsSpec.Files>> certificates = certificates(path);
    Key<TlsSpec.Plain> plain = plain();
    Key<TlsSpec.Clients> clients =
        Key.of(
            "clients",
            clients(path + ".clients"),
            TlsSpec.OWN.clients(),
            "see there",
            "Certificates of clients.");
    Section<TlsSpec> section =
        Section.of(
            path,
            "Encrypted connections come in on the same port as plain ones; both SSLRequest and"
                + " direct TLS work.",
            List.of(certificates, plain, clients),
            f -> new TlsSpec(f.get(certificates), f.get(plain), f.get(clients)));
    return Key.of(
        "tls",
        Types.offOr(section),
        Optional.of(TlsSpec.OWN),
        "on",
        "Encryption of client connections, with a certificate of the stack's own authority unless"
            + " others are given.");
  }

  private static Section<TlsSpec.Clients> clients(String path) {
    Key<Path> ca =
        Key.optional(
            "ca", Types.file(), "the stack's own authority", "Who may vouch for clients, PEM.");
    Key<TlsSpec.Certificates> certificates =
        Key.of(
            "certificates",
            Scalar.oneOf(TlsSpec.Certificates.class),
            TlsSpec.Certificates.OPTIONAL,
            "Whether a client must show a certificate.");
    Key<Map<String, List<String>>> logins =
        Key.of(
            "logins",
            Types.map(
                "names in certificates",
                "[^\\s]{1,255}",
                "a URI, host name or common name",
                Types.list(Scalar.TEXT, "[alice]")),
            Map.of(),
            "none",
            "The users that a certificate stands for without a password, by a URI, host name or"
                + " the common name in it.");
    return Section.of(
        path,
        "Certificates of clients.",
        List.of(ca, certificates, logins),
        f -> {
          Map<String, Set<String>> users = new HashMap<>();
          f.get(logins).forEach((name, all) -> users.put(name, Set.copyOf(all)));
          return new TlsSpec.Clients(f.find(ca), f.get(certificates), users);
        });
  }

  /** {@code proxy.access}. */
  static Key<List<AccessSpec>> access() {
    Key<AccessSpec.Then> then =
        Key.of(
            "then", Scalar.oneOf(AccessSpec.Then.class), AccessSpec.Then.ALLOW, "What it decides.");
    Key<List<String>> databases =
        Key.of(
            "databases",
            Types.list(Types.nameOf(Reading.Kind.DATABASE), "[cars]"),
            List.of(),
            "any",
            "Databases that are asked for.");
    Key<List<String>> users =
        Key.of("users", texts("[alice]"), List.of(), "any", "Users that are logged in as.");
    Key<List<String>> services =
        Key.of(
            "services",
            texts("[bookings]"),
            List.of(),
            "any",
            "Services that the log-in was made for, or names in the client's certificate;"
                + " `people` is a log-in of no service.");
    Key<List<String>> networks =
        Key.of(
            "networks",
            Types.list(
                Scalar.matching(
                    "address or network",
                    "[0-9a-fA-F.:]{2,45}(/\\d{1,3})?",
                    "an address or a network such as 10.0.0.0/8"),
                "[10.0.0.0/8]"),
            List.of(),
            "any",
            "Addresses and networks of clients.");
    Key<AccessSpec.Over> over =
        Key.of(
            "over",
            Scalar.oneOf(AccessSpec.Over.class),
            AccessSpec.Over.ANY,
            "Kinds of connections.");
    Section<AccessSpec> section =
        Section.of(
            "proxy.access",
            "One rule. Its conditions must all hold; the first rule that fits decides.",
            List.of(then, databases, users, services, networks, over),
            f ->
                new AccessSpec(
                    f.get(then),
                    f.get(databases),
                    f.get(users),
                    f.get(services),
                    f.get(networks),
                    f.get(over)));
    return Key.of(
        "access",
        Types.list(section, "[{users: [alice], databases: [cars]}]"),
        List.of(),
        "all logins may come in",
        "Who may come in, beyond having a login. With rules, whom none fits may not.");
  }

  /** {@code proxy.iam}. */
  static Key<List<String>> iam() {
    return Key.of(
        "iam",
        Types.list(
            Scalar.matching(
                "user", "[A-Za-z_][A-Za-z0-9_.@-]{0,62}", "a user's name of up to 63 characters"),
            "[alice]"),
        List.of(),
        "none",
        "Users who log in to any database with an RDS IAM token (`aws rds"
            + " generate-db-auth-token`) of the access key that `mamparo env` prints, over TLS;"
            + " on the server they are the login of people.");
  }

  private static Type<List<String>> texts(String example) {
    return Types.list(Scalar.TEXT, example);
  }

  /** {@code databases.NAME.tls}. */
  static Section<DatabaseTls> database() {
    DatabaseTls d = DatabaseTls.PREFER;
    Key<DatabaseTls.Mode> mode =
        Key.of(
            "mode",
            Scalar.oneOf(DatabaseTls.Mode.class),
            DatabaseTls.Mode.VERIFY_FULL,
            "As libpq's sslmode: how far the server has to prove who it is.");
    Key<Path> ca =
        Key.optional(
            "ca", Types.file(), "those that Java trusts", "Who may vouch for the server, PEM.");
    Key<Path> certificate =
        Key.optional("certificate", Types.file(), "none", "Shown to the server, PEM.");
    Key<Path> key =
        Key.optional("key", Types.file(), "in the same file", "The certificate's private key.");
    Key<String> name =
        Key.optional(
            "server-name",
            Scalar.matching("host", "[A-Za-z0-9.:-]{1,253}", "a host name or address"),
            "the URL's host",
            "What the server's certificate must be made for, and is asked for (SNI).");
    Key<DatabaseTls.Negotiation> negotiation =
        Key.of(
            "negotiation",
            Scalar.oneOf(DatabaseTls.Negotiation.class),
            d.negotiation(),
            "`direct` begins with TLS at once, which PostgreSQL 17 and newer understand.");
    Key<DatabaseTls.Binding> binding =
        Key.of(
            "channel-binding",
            Scalar.oneOf(DatabaseTls.Binding.class),
            d.binding(),
            "Whether log-ins must be bound to the channel (SCRAM-SHA-256-PLUS).");
    return Section.of(
        "databases.NAME.tls",
        "How connections to a server with a `url` are encrypted. Without it the URL's `sslmode`,"
            + " `sslrootcert`, `sslcert`, `sslkey`, `sslnegotiation` and `channel_binding` hold.",
        List.of(mode, ca, certificate, key, name, negotiation, binding),
        f ->
            new DatabaseTls(
                f.get(mode),
                f.find(ca),
                f.find(certificate),
                f.find(key),
                f.find(name),
                f.get(negotiation),
                f.get(binding)));
  }
}
