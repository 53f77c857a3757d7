package io.mamparo.fuzz;

import io.mamparo.app.tokens.TokensFuzz;
import io.mamparo.cli.pgbouncer.ImportFuzz;
import io.mamparo.dbproxy.client.RequestsFuzz;
import io.mamparo.dbproxy.client.SettingTextFuzz;
import io.mamparo.dbproxy.client.StartUpFuzz;
import io.mamparo.dbproxy.intern.LexerFuzz;
import io.mamparo.model.StackFileFuzz;
import io.mamparo.wire.http.HeadFuzz;
import io.mamparo.wire.http2.FramesFuzz;
import io.mamparo.wire.pg.ScramFuzz;
import io.mamparo.wire.tls.PemFuzz;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** All that is fuzzed. */
@SuppressWarnings("ImmutableEnumChecker") // its functions hold no state
enum Target {
  LEXER(LexerFuzz.class, LexerFuzz::seeds),
  STARTUP(StartUpFuzz.class, StartUpFuzz::seeds),
  REQUESTS(RequestsFuzz.class, RequestsFuzz::seeds),
  SETTINGS(SettingTextFuzz.class, SettingTextFuzz::seeds),
  SCRAM(ScramFuzz.class, ScramFuzz::seeds),
  HTTP(HeadFuzz.class, HeadFuzz::seeds),
  HTTP2(FramesFuzz.class, FramesFuzz::seeds),
  STACK(StackFileFuzz.class, StackFileFuzz::seeds),
  PEM(PemFuzz.class, PemFuzz::seeds),
  TOKENS(TokensFuzz.class, TokensFuzz::seeds),
  IMPORT(ImportFuzz.class, ImportFuzz::seeds);

  private final Class<?> type;
  private final Supplier<List<byte[]>> seeds;

  Target(Class<?> type, Supplier<List<byte[]>> seeds) {
    this.type = type;
    this.seeds = seeds;
  }

  /** The class that Jazzer calls. */
  Class<?> type() {
    return type;
  }

  /** Where it begins. */
  List<byte[]> seeds() {
    return seeds.get();
  }

  /** As it is called on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
