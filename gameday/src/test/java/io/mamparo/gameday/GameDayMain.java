package io.mamparo.gameday;

import java.nio.file.Path;

/** A game day in a process of its own, for tests that end it with a signal. */
final class GameDayMain {
  private GameDayMain() {}

  public static void main(String[] args) throws InterruptedException {
    GameDay day = GameDay.parse(Path.of(args[1])).orThrow();
    new GameDayRun(day, new ControlPoint(args[0], FakeStack.TOKEN), System.out::println).run();
  }
}
