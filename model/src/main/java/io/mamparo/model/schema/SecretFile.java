package io.mamparo.model.schema;

import io.mamparo.model.Finding;
import io.mamparo.model.Secret;
import io.mamparo.model.Template;
import io.mamparo.model.yaml.Node;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files that hold one secret each: at most 64 KiB of UTF-8, a line feed at the end not counted,
 * readable by their owner only. Stateless.
 */
final class SecretFile {
  private static final int MAX_BYTES = 64 << 10;

  private SecretFile() {}

  /** The secret, or nothing when there are findings about the file. */
  static @Nullable Template read(Node.Text at, String where, Reading reading) {
    String written = Texts.expand(at, reading);
    if (written == null) {
      return null;
    }
    try {
      Path path = reading.baseDirectory().resolve(written);
      String problem = problem(path);
      if (problem == null) {
        String text = Files.readString(path).replaceFirst("\\r?\\n\\z", "");
        if (text.indexOf('\0') < 0) {
          return new Template(List.of(new Template.FromFile(at.text(), new Secret(text))));
        }
        problem = "holds the character U+0000";
      }
      reading.reportText(at, file(at, where) + " " + problem);
    } catch (InvalidPathException e) {
      reading.reportText(at, file(at, where) + " has no valid path");
    } catch (CharacterCodingException e) {
      reading.reportText(at, file(at, where) + " is not UTF-8");
    } catch (IOException e) {
      reading.reportText(at, file(at, where) + " cannot be read");
    }
    return null;
  }

  private static String file(Node.Text at, String where) {
    return "the secret file \"" + Finding.shown(at.text()) + "\" of " + where;
  }

  private static @Nullable String problem(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return "does not exist";
    }
    if (!Files.isReadable(path)) {
      return "cannot be read by this user";
    }
    if (Files.size(path) > MAX_BYTES) {
      return "is larger than 64 KiB";
    }
    return isReadableByOthers(path) ? "can be read by other users; run chmod 600 on it" : null;
  }

  private static boolean isReadableByOthers(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return false;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
    return permissions.contains(PosixFilePermission.GROUP_READ)
        || permissions.contains(PosixFilePermission.OTHERS_READ);
  }
}
