package io.mamparo.dbproxy.admin;

import io.mamparo.dbproxy.admin.Table.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command of the admin database, read but not carried out. Immutable.
 *
 * @param columns of its answer; null when it answers no rows
 * @param work carries it out
 * @param empty whether its text said nothing
 */
record Command(@Nullable List<Column> columns, Work work, boolean empty) {
  Command(@Nullable List<Column> columns, Work work) {
    this(columns, work, false);
  }

  /** Carries a command out; may block. */
  interface Work {
    /**
     * Does it.
     *
     * @throws AdminError when it cannot
     * @throws InterruptedException when the client has gone
     */
    Answer run(Engine engine) throws InterruptedException;
  }

  /**
   * What a command answers.
   *
   * @param table its rows; null when it has none
   * @param tag as in CommandComplete
   * @param notice shown beside it, null for none
   */
  record Answer(@Nullable Table table, String tag, @Nullable String notice) {}

  /** Nothing to do. */
  static final Command EMPTY = new Command(null, engine -> new Answer(null, "", null), true);
}
