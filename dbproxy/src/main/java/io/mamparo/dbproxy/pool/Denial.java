package io.mamparo.dbproxy.pool;

/**
 * Why a transaction gets no server connection, in PostgreSQL's words.
 *
 * @param sqlState five characters
 * @param message what happened, to which pool
 * @param hint what to do
 */
public record Denial(String sqlState, String message, String hint) {}
