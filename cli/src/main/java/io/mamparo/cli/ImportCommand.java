package io.mamparo.cli;

import io.mamparo.cli.pgbouncer.Conversion;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mamparo import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Write the stack file that does what PgBouncer's configuration file does.",
      "",
      "What has no equivalent is a comment in it, and is told on standard error. Passwords of the",
      "configuration are in it, too, unless --secrets puts them into files.",
      "Use it with:  (umask 077; mamparo import pgbouncer.ini >mamparo.yaml) && mamparo check"
    })
final class ImportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "PgBouncer's configuration file.")
  Path file = Path.of("pgbouncer.ini");

  @Option(
      names = "--secrets",
      paramLabel = "DIR",
      description = "Write each password to a file there, readable by its owner only.")
  @Nullable Path secrets;

  private final Terminal terminal;

  ImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Path source = terminal.directory().resolve(file).normalize();
    Path directory = secrets;
    Conversion.Result result =
        Conversion.of(
            source,
            directory == null
                ? Conversion.Secrets.INLINE
                : (database, password) -> secret(directory, database, password));
    terminal.out().print(result.yaml());
    result.attention().forEach(words -> terminal.err().println("note: " + words));
    return ExitCode.OK;
  }

  private String secret(Path directory, String database, String password) {
    Path target = terminal.directory().resolve(directory).resolve(database);
    try {
      Files.createDirectories(
          terminal.directory().resolve(directory),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.deleteIfExists(target);
      Files.createFile(
          target,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(target, password + "\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new Problem(
          "secret " + target, "cannot be written", "name another directory with --secrets", e);
    }
    return "{secret: " + Conversion.text(directory.resolve(database).toString()) + "}";
  }
}
