package io.mamparo.dbproxy;

import org.jspecify.annotations.Nullable;

/**
 * Whether a client was let in. Immutable; holds no secret.
 *
 * @param allowed the decision
 * @param client its address
 * @param user what it called itself; empty when it did not come that far
 * @param database what it asked for
 * @param service whom the log-in was made for; null for people
 * @param method how it proved itself, such as SCRAM-SHA-256-PLUS; empty when it did not
 * @param tls version and cipher; empty on a plain connection
 * @param certificate the name in the certificate it showed; empty when it showed none
 * @param sqlState what it was told; empty when it was let in
 * @param reason for people; empty when it was let in
 */
public record LogInDecision(
    boolean allowed,
    String client,
    String user,
    String database,
    @Nullable String service,
    String method,
    String tls,
    String certificate,
    String sqlState,
    String reason) {}
