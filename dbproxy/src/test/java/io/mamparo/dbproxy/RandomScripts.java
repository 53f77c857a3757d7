package io.mamparo.dbproxy;

import java.util.Random;

/** Random legal and illegal sequences of requests, by seed. */
final class RandomScripts {
  private static final String[] NAMES = {"", "a", "b", "c"};
  private static final String[] PORTALS = {"", "", "", "p"};
  private static final String[] TEXTS = {
    "select 1",
    "select name from t where id = 3",
    "select id from t where id < 4 order by id",
    "select 1/0",
    "selec",
    "begin",
    "commit",
    "rollback",
    "savepoint s",
    "rollback to s",
    "set timezone to 'Europe/Madrid'",
    "show timezone",
    "set local timezone to 'UTC'",
    "show extra_float_digits",
    "set extra_float_digits = 2",
    "reset extra_float_digits",
    "",
    "copy (select 1) to stdout"
  };

  private RandomScripts() {}

  static Script next(Random random) {
    Script script = new Script();
    int segments = 1 + random.nextInt(3);
    for (int i = 0; i < segments; i++) {
      if (random.nextInt(3) == 0) {
        script.query(simple(random));
      } else {
        extended(script, random);
      }
    }
    return script;
  }

  private static String simple(Random random) {
    // Not by extended messages: a portal that deallocates its own plan may crash PostgreSQL 18.
    String text = random.nextInt(20) == 0 ? "deallocate all" : one(TEXTS, random);
    return random.nextInt(4) == 0 ? text + "; " + one(TEXTS, random) : text;
  }

  private static void extended(Script script, Random random) {
    int messages = random.nextInt(7);
    String bound = null;
    for (int i = 0; i < messages; i++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> script.parse(one(NAMES, random), one(TEXTS, random));
        case 2, 3 -> {
          bound = one(PORTALS, random);
          script.bind(bound, one(NAMES, random));
        }
        case 4 -> script.describe(random.nextBoolean() ? 'S' : 'P', one(NAMES, random));
        case 5, 6 -> {
          // A portal that failed in an earlier batch may crash PostgreSQL 18 when executed again.
          if (bound != null) {
            script.execute(bound, random.nextInt(3));
          }
        }
        default -> script.close(random.nextBoolean() ? 'S' : 'P', one(NAMES, random));
      }
    }
    script.sync();
  }

  private static String one(String[] choices, Random random) {
    return choices[random.nextInt(choices.length)];
  }
}
