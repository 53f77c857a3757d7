package io.mamparo.dbproxy.tell;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.StatementRecord;
import io.mamparo.dbproxy.intern.Texts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a session's requests that ends with one ReadyForQuery: a Query, or extended messages
 * up to a Sync. Gathers what is told of it when it ends. Owned by one event loop, which uses it
 * again afterwards.
 */
public final class Segment implements StatementRecord {
  private Login login = Login.NONE;
  private int loop;
  private Fingerprint fingerprint = Fingerprint.NONE;
  private int traits;
  private long start;
  private long attached;
  private long end;
  private long bytesIn;
  private long bytesOut;
  private long rows;
  private int serverParses;
  private @Nullable String sqlState;
  private boolean traced;
  private long traceHigh;
  private long traceLow;
  private long parentSpan;
  private boolean sampled;
  private boolean pinned;
  private int backendPid;
  private boolean rolledBack;
  private @Nullable List<String> settings;

  /** Whose it is; the same object for all segments of a login. */
  public record Login(String database, String user, @Nullable String service) {
    static final Login NONE = new Login("", "", null);
  }

  Segment() {}

  void reset(Login login, int loop, long now) {
    this.login = login;
    this.loop = loop;
    fingerprint = Fingerprint.NONE;
    traits = 0;
    start = now;
    attached = now;
    end = now;
    bytesIn = 0;
    bytesOut = 0;
    rows = 0;
    serverParses = 0;
    sqlState = null;
    traced = false;
    traceHigh = 0;
    traceLow = 0;
    parentSpan = 0;
    sampled = false;
    pinned = false;
    backendPid = 0;
    rolledBack = false;
    settings = null;
  }

  /** It contains this statement; the first one names it. */
  public void statement(Fingerprint fingerprint, int traits) {
    if (this.fingerprint.id() == Fingerprint.NONE.id()) {
      this.fingerprint = fingerprint;
    }
    this.traits |= traits;
  }

  /** It contains the statement that was just read. */
  public void statement(Texts texts) {
    statement(texts.fingerprint(), texts.traits());
    trace(texts);
  }

  /** It belongs to the trace of the text that was just read. */
  public void trace(Texts texts) {
    if (texts.trace().found() && !traced) {
      traced = true;
      traceHigh = texts.trace().high();
      traceLow = texts.trace().low();
      parentSpan = texts.trace().span();
      sampled = texts.trace().sampled();
    }
  }

  /** It changes a setting by this text, to be looked at if it succeeds. */
  public void setting(String text) {
    if (settings == null) {
      settings = new ArrayList<>(2);
    }
    settings.add(text);
  }

  /** The texts that change settings. */
  public List<String> settings() {
    return settings == null ? List.of() : settings;
  }

  /** What its statements leave behind. */
  public int traits() {
    return traits;
  }

  /** It ran in this process of the server. */
  public void ranIn(int pid) {
    backendPid = pid;
  }

  /** It has a server from now on. */
  public void attachedAt(long now) {
    attached = now;
  }

  /** When its first byte came. */
  public long startNanos() {
    return start;
  }

  /** The client sent so many bytes more. */
  public void addIn(long bytes) {
    bytesIn += bytes;
  }

  /** The client was sent so many bytes more. */
  public void addOut(long bytes) {
    bytesOut += bytes;
  }

  /** A command returned or changed so many rows more. */
  public void addRows(long more) {
    rows += more;
  }

  /** A Parse went to the server for it. */
  public void parsedOnServer() {
    serverParses++;
  }

  int serverParses() {
    return serverParses;
  }

  /** A command rolled the transaction back. */
  public void rolledBack() {
    rolledBack = true;
  }

  /** Whether one of its commands was a rollback. */
  public boolean wasRolledBack() {
    return rolledBack;
  }

  /** It failed; the first error counts. */
  public void failed(String state) {
    if (sqlState == null) {
      sqlState = state;
    }
  }

  /** Takes over what an earlier stretch of the same batch was about. */
  public void adopt(Segment earlier) {
    statement(earlier.fingerprint, earlier.traits);
    start = earlier.start;
    attached = earlier.attached;
    bytesIn += earlier.bytesIn;
    bytesOut += earlier.bytesOut;
    rows += earlier.rows;
    if (!traced && earlier.traced) {
      traced = true;
      traceHigh = earlier.traceHigh;
      traceLow = earlier.traceLow;
      parentSpan = earlier.parentSpan;
      sampled = earlier.sampled;
    }
  }

  void ended(long now, boolean pinned) {
    end = now;
    this.pinned = pinned;
  }

  @Override
  public String database() {
    return login.database();
  }

  @Override
  public String login() {
    return login.user();
  }

  @Override
  public @Nullable String service() {
    return login.service();
  }

  @Override
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public long bytesIn() {
    return bytesIn;
  }

  @Override
  public long bytesOut() {
    return bytesOut;
  }

  @Override
  public long queueNanos() {
    return attached - start;
  }

  @Override
  public long executionNanos() {
    return end - attached;
  }

  @Override
  public long endNanos() {
    return end;
  }

  @Override
  public @Nullable String sqlState() {
    return sqlState;
  }

  @Override
  public boolean traced() {
    return traced;
  }

  @Override
  public long traceHigh() {
    return traceHigh;
  }

  @Override
  public long traceLow() {
    return traceLow;
  }

  @Override
  public long parentSpan() {
    return parentSpan;
  }

  @Override
  public boolean sampled() {
    return sampled;
  }

  @Override
  public int backendPid() {
    return backendPid;
  }

  @Override
  public boolean pinned() {
    return pinned;
  }

  @Override
  public int loop() {
    return loop;
  }
}
