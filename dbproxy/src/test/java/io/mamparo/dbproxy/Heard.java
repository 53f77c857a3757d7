package io.mamparo.dbproxy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what the proxy told its listener. Safe for use by several threads. */
final class Heard implements ProxyListener {
  final List<String> timeouts = new CopyOnWriteArrayList<>();
  final List<String> refusals = new CopyOnWriteArrayList<>();
  final List<String> renewals = new CopyOnWriteArrayList<>();
  final List<String> pins = new CopyOnWriteArrayList<>();
  final List<String> states = new CopyOnWriteArrayList<>();

  @Override
  public void onStatement(StatementRecord statement) {
    String state = statement.sqlState();
    if (state != null) {
      states.add(state);
    }
  }

  @Override
  public void onBorrowTimeout(String database, String login, long waitedNanos) {
    timeouts.add(login);
  }

  @Override
  public void onPlanRenewed(String database, String login) {
    renewals.add(login);
  }

  @Override
  public void onRefused(String database, String login, String reason) {
    refusals.add(reason);
  }

  @Override
  public void onPinned(String database, String login, PinReason reason, Fingerprint by) {
    pins.add(reason.words() + ": " + by.text() + " until " + reason.until());
  }
}
