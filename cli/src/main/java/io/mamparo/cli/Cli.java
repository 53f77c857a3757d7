package io.mamparo.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's first level: what there is, and what the exit status means. */
@Command(
    name = "mamparo",
    header = "The reliability stack SRE teams build on AWS, as one program on your own machines.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    usageHelpWidth = 96,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:it is done, and ready",
      "1:it failed, is not ready, or an expectation was not met",
      "2:the command line is wrong",
      "3:the stack file does not pass check",
      "4:nothing runs in this data directory"
    },
    footerHeading = "%n",
    footer = {
      "Start with: mamparo up       (the built-in car-rental stack, until Ctrl-C)",
      "A running stack is found by its data directory: --data, else MAMPARO_DATA, else .mamparo",
      "MAMPARO_DEBUG=1 tells more about failures; NO_COLOR=1 switches colours off."
    })
final class Cli {
  private static final List<Class<?>> COMMANDS =
      List.of(
          UpCommand.class,
          DownCommand.class,
          StatusCommand.class,
          CheckCommand.class,
          ImportCommand.class,
          LogsCommand.class,
          TapCommand.class,
          EnvCommand.class,
          DbCommand.class,
          LoadCommand.class,
          GamedayCommand.class,
          DoctorCommand.class,
          CommandLine.HelpCommand.class);

  private Cli() {}

  /**
   * The command line that these arguments need: reading the options of a command takes time, so
   * only those of the one that is named are read, or all when help or a correction is due.
   */
  static CommandLine line(CommandLine.IFactory factory, String... args) {
    CommandLine line = new CommandLine(new Cli(), factory);
    String first = args.length == 0 ? "" : args[0];
    boolean version = args.length == 1 && (first.equals("--version") || first.equals("-V"));
    List<Class<?>> named =
        COMMANDS.stream()
            .filter(type -> name(type).equals(first) && !first.equals("help"))
            .toList();
    if (!version) {
      (named.isEmpty() ? COMMANDS : named).forEach(type -> line.addSubcommand(type));
    }
    return line;
  }

  /** As its annotation has it: UpCommand is {@code up}. */
  private static String name(Class<?> command) {
    return command.getSimpleName().replace("Command", "").toLowerCase(Locale.ROOT);
  }
}
