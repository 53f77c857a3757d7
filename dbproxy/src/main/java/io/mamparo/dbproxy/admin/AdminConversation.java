package io.mamparo.dbproxy.admin;

import io.mamparo.dbproxy.admin.AdminHandler.Message;
import io.mamparo.dbproxy.admin.Command.Answer;
import io.mamparo.dbproxy.admin.Table.Column;
import io.mamparo.kernel.Problem;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * What one admin client says and is answered, over the simple and the extended protocol. Owned by
 * one virtual thread, which blocks.
 */
final class AdminConversation {
  /** High enough for drivers to speak as to a server of today; the words say what it is. */
  static final String SERVER_VERSION = "14.0 (Mamparo admin database)";

  private static final Logger LOG = System.getLogger(AdminConversation.class.getName());
  private static final int CHUNK = 32 * 1024;
  private static final int MAX_NAMED = 1_000;

  private final AdminHandler client;
  private final Engine engine;
  private final Map<String, Command> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();
  private ByteBuf out;
  private byte status = Backend.IDLE;
  private boolean skipping;

  /** A command that is being carried out, row by row. */
  private static final class Portal {
    final Command command;
    final boolean[] binary;
    @Nullable Answer answer;
    int next;

    Portal(Command command, boolean[] binary) {
      this.command = command;
      this.binary = binary;
    }
  }

  AdminConversation(AdminHandler client, Engine engine) {
    this.client = client;
    this.engine = engine;
    out = client.buffer();
  }

  /** Talks until the client goes. */
  void run() {
    try {
      greet();
      while (true) {
        Message message = client.next();
        if (message.type() == Frontend.TERMINATE) {
          break;
        }
        message(message);
      }
    } catch (InterruptedException e) {
      // The client has gone.
    } catch (IndexOutOfBoundsException e) {
      Backend.error(out, "FATAL", "08P01", "malformed message", null);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "admin database", e);
      Backend.error(out, "FATAL", "XX000", "something unexpected happened", "See the log.");
    } finally {
      client.end(out);
    }
  }

  private void greet() throws InterruptedException {
    Backend.authenticationOk(out);
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("server_version", SERVER_VERSION);
    parameters.put("client_encoding", "UTF8");
    parameters.put("server_encoding", "UTF8");
    parameters.put("DateStyle", "ISO, MDY");
    parameters.put("IntervalStyle", "postgres");
    parameters.put("TimeZone", TimeZone.getDefault().getID());
    parameters.put("integer_datetimes", "on");
    parameters.put("standard_conforming_strings", "on");
    parameters.put("is_superuser", "off");
    parameters.put("session_authorization", client.user());
    parameters.forEach((name, value) -> Backend.parameterStatus(out, name, value));
    Backend.backendKeyData(out, client.id(), new byte[4]);
    ready();
  }

  private void ready() throws InterruptedException {
    Backend.readyForQuery(out, status);
    flush();
  }

  private void flush() throws InterruptedException {
    ByteBuf full = out;
    out = client.buffer();
    client.send(full);
  }

  private void message(Message message) throws InterruptedException {
    if (skipping && message.type() != Frontend.SYNC) {
      return;
    }
    try {
      switch (message.type()) {
        case Frontend.QUERY -> query(message.string());
        case Frontend.PARSE -> parse(message);
        case Frontend.BIND -> bind(message);
        case Frontend.DESCRIBE -> describe(message);
        case Frontend.EXECUTE -> execute(message);
        case Frontend.CLOSE -> close(message);
        case Frontend.FLUSH -> flush();
        case Frontend.SYNC -> {
          skipping = false;
          if (status == Backend.IDLE) {
            portals.clear();
          }
          ready();
        }
        default -> throw new AdminError("0A000", "the admin database takes commands only", null);
      }
    } catch (AdminError e) {
      skipping = message.type() != Frontend.QUERY;
      Backend.error(out, "ERROR", e.sqlState(), e.words(), e.hint());
      if (skipping) {
        flush();
      } else {
        ready();
      }
    }
  }

  // ---- simple

  private void query(String text) throws InterruptedException {
    List<Command> commands = Commands.read(text);
    if (commands.isEmpty()) {
      Backend.empty(out, Backend.EMPTY_QUERY_RESPONSE);
    }
    for (Command command : commands) {
      Answer answer = run(command);
      notice(answer);
      Table table = answer.table();
      if (table != null) {
        boolean[] text8 = new boolean[table.columns().size()];
        AdminMessages.rowDescription(out, table.columns(), text8);
        rows(table, text8, 0, table.rows().size());
      }
      Backend.commandComplete(out, answer.tag());
    }
    ready();
  }

  private Answer run(Command command) throws InterruptedException {
    try {
      Answer answer = command.work().run(engine);
      status =
          switch (answer.tag()) {
            case "BEGIN", "START TRANSACTION" -> Backend.IN_TRANSACTION;
            case "COMMIT", "ROLLBACK" -> Backend.IDLE;
            default -> status;
          };
      if (command.columns() == null && !HARMLESS.contains(answer.tag())) {
        LOG.log(Level.INFO, "admin " + client.user() + ": " + answer.tag());
      }
      return answer;
    } catch (Problem e) {
      throw new AdminError("55000", String.valueOf(e.getMessage()), e.remedy() + ".");
    }
  }

  private static final java.util.Set<String> HARMLESS =
      java.util.Set.of(
          "",
          "SHOW",
          "SET",
          "RESET",
          "DEALLOCATE",
          "DISCARD ALL",
          "BEGIN",
          "START TRANSACTION",
          "COMMIT",
          "ROLLBACK");

  private void notice(Answer answer) {
    String notice = answer.notice();
    if (notice != null) {
      AdminMessages.notice(out, "Console usage", notice);
    }
  }

  private void rows(Table table, boolean[] binary, int from, int to) throws InterruptedException {
    for (int i = from; i < to; i++) {
      AdminMessages.dataRow(out, table.columns(), table.rows().get(i), binary);
      if (out.readableBytes() > CHUNK) {
        flush();
      }
    }
  }

  // ---- extended

  private void parse(Message message) {
    String name = message.string();
    List<Command> commands = Commands.read(message.string());
    if (commands.size() > 1) {
      throw new AdminError(
          "42601", "cannot insert multiple commands into a prepared statement", null);
    }
    if (statements.size() >= MAX_NAMED) {
      throw new AdminError("53400", "too many prepared statements", "Close some.");
    }
    statements.put(name, commands.isEmpty() ? Command.EMPTY : commands.getFirst());
    Backend.empty(out, Backend.PARSE_COMPLETE);
  }

  private Command statement(String name) {
    Command command = statements.get(name);
    if (command == null) {
      throw new AdminError("26000", "prepared statement \"" + name + "\" does not exist", null);
    }
    return command;
  }

  private Portal portal(String name) {
    Portal portal = portals.get(name);
    if (portal == null) {
      throw new AdminError("34000", "portal \"" + name + "\" does not exist", null);
    }
    return portal;
  }

  private void bind(Message message) {
    String portal = message.string();
    Command command = statement(message.string());
    int formats = message.int16();
    for (int i = 0; i < formats; i++) {
      message.int16();
    }
    if (message.int16() != 0) {
      throw new AdminError("08P01", "commands of the admin database take no parameters", null);
    }
    int results = message.int16();
    List<Column> columns = command.columns() == null ? List.of() : command.columns();
    boolean[] binary = new boolean[columns.size()];
    for (int i = 0; i < results; i++) {
      boolean wanted = message.int16() == 1;
      for (int j = 0; j < binary.length; j++) {
        binary[j] |= wanted && (results == 1 || i == j);
      }
    }
    if (portals.size() >= MAX_NAMED) {
      throw new AdminError("53400", "too many portals", "Close some.");
    }
    portals.put(portal, new Portal(command, binary));
    Backend.empty(out, Backend.BIND_COMPLETE);
  }

  private void describe(Message message) {
    boolean ofStatement = message.int8() == 'S';
    String name = message.string();
    Command command = ofStatement ? statement(name) : portal(name).command;
    if (ofStatement) {
      AdminMessages.parameterDescription(out);
    }
    List<Column> columns = command.columns();
    if (columns == null) {
      Backend.empty(out, Backend.NO_DATA);
    } else {
      AdminMessages.rowDescription(
          out, columns, ofStatement ? new boolean[columns.size()] : portal(name).binary);
    }
  }

  private void execute(Message message) throws InterruptedException {
    Portal portal = portal(message.string());
    int most = message.int32();
    if (portal.command.empty()) {
      Backend.empty(out, Backend.EMPTY_QUERY_RESPONSE);
      return;
    }
    Answer answer = portal.answer;
    if (answer == null) {
      answer = run(portal.command);
      portal.answer = answer;
      notice(answer);
    }
    Table table = answer.table();
    if (table != null) {
      int left = table.rows().size() - portal.next;
      int now = most > 0 && most < left ? most : left;
      rows(table, portal.binary, portal.next, portal.next + now);
      portal.next += now;
      if (portal.next < table.rows().size()) {
        Backend.empty(out, Backend.PORTAL_SUSPENDED);
        return;
      }
    }
    Backend.commandComplete(out, answer.tag());
  }

  private void close(Message message) {
    if (message.int8() == 'S') {
      statements.remove(message.string());
    } else {
      portals.remove(message.string());
    }
    Backend.empty(out, Backend.CLOSE_COMPLETE);
  }
}
