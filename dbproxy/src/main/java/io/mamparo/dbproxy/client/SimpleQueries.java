package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** What becomes of a Query. Owned by one event loop. */
final class SimpleQueries {
  private static final int SETTINGS = Traits.SETTING | Traits.OPAQUE_SETTING;

  private final Session session;
  private final Statements statements;
  private final Unnamed unnamed;
  private final Deallocation deallocation;

  SimpleQueries(
      Session session, Statements statements, Unnamed unnamed, Deallocation deallocation) {
    this.session = session;
    this.statements = statements;
    this.unnamed = unnamed;
    this.deallocation = deallocation;
  }

  Verdict query(
      ByteBuf in, int at, int length, int have, ServerConnection server, Segment segment) {
    Texts texts = session.desk().texts();
    if (have < length) {
      session.requests().readInPieces(texts.pieces(), segment);
      return goes(server, segment);
    }
    int textLength = length - 6;
    texts.read(in, at + 5, Math.max(textLength, 0));
    segment.statement(texts);
    int traits = texts.traits();
    if (StatementMode.refuses(session, traits)) {
      return StatementMode.refuse(session, Frontend.QUERY, in, at, length, server);
    }
    if ((traits & (SETTINGS | Traits.DEALLOCATE | Traits.DISCARD)) == 0) {
      return goes(server, segment);
    }
    if ((traits & (Traits.DEALLOCATE | Traits.DISCARD)) != 0 && server.owed() > 0) {
      return statements.later(length, segment);
    }
    String text = in.toString(at + 5, textLength, StandardCharsets.UTF_8);
    if ((traits & SETTINGS) != 0) {
      segment.setting(text);
    }
    if ((traits & (Traits.DEALLOCATE | Traits.DISCARD)) != 0) {
      return deallocate(in, at, traits, text, server, segment);
    }
    return goes(server, segment);
  }

  private Verdict goes(ServerConnection server, Segment segment) {
    unnamed.gone();
    server.unnamed(null);
    server.expect(Replies.QUERY, null, segment);
    session.endSegment();
    return Verdict.FORWARD;
  }

  /** Takes effect in its place: nothing is sent behind it before its reply is there. */
  private Verdict deallocate(
      ByteBuf in, int at, int traits, String text, ServerConnection server, Segment segment) {
    session.barrier(false);
    Named.Entry entry = (traits & Traits.SEVERAL) == 0 ? deallocation.read(text) : null;
    if (entry == null) {
      return goes(server, segment);
    }
    ByteBuf out = session.requests().cut(in, at);
    server.provide(entry.statement(), out, segment);
    deallocation.begins(entry);
    Frontend.query(out, Deallocation.text(entry));
    goes(server, segment);
    return Verdict.DROP;
  }
}
