package io.mamparo.model.schema;

import io.mamparo.model.Reference;
import io.mamparo.model.Template;
import io.mamparo.model.yaml.Node;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text that may be a secret: written out, with {@code ${NAME}}, or {@code {secret: path}}. No
 * finding shows it.
 *
 * @param references whether {@code {port}} and the like are filled in per replica
 */
record SecretText(boolean references) implements Type<Template> {
  private static final Pattern UNQUOTED = Pattern.compile("[a-z][a-z.-]*");

  @Override
  public @Nullable Template read(Node node, String where, Reading reading) {
    return switch (node) {
      case Node.Text text -> text(text, where, reading);
      case Node.Mapping mapping -> fromFile(mapping, where, reading);
      case Node.Sequence list -> {
        reading.report(list, where + " takes a single value (" + describe() + ")");
        yield null;
      }
    };
  }

  private @Nullable Template text(Node.Text text, String where, Reading reading) {
    if (text.isNull()) {
      reading.report(text, where + " has no value; an empty text is written \"\"");
      return null;
    }
    if (references) {
      return Texts.template(text, reading);
    }
    String expanded = Texts.expand(text, reading);
    return expanded == null ? null : Template.of(expanded);
  }

  private @Nullable Template fromFile(Node.Mapping mapping, String where, Reading reading) {
    Node path = mapping.find("secret").orElse(null);
    if (path == null || mapping.entries().size() != 1) {
      reading.report(mapping, where + mistake(mapping));
      return null;
    }
    Node.Text text = Scalar.single(path, "secret of " + where, "path of a file", reading);
    return text == null ? null : SecretFile.read(text, where, reading);
  }

  /** An unquoted {port} is a mapping to YAML: the most common mistake gets its own words. */
  private static String mistake(Node.Mapping mapping) {
    String expected = " takes a text or {secret: path of a file}";
    if (mapping.entries().size() != 1) {
      return expected;
    }
    Node.Entry entry = mapping.entries().getFirst();
    boolean unquoted =
        entry.value() instanceof Node.Text value
            && value.isNull()
            && UNQUOTED.matcher(entry.key().text()).matches();
    return unquoted
        ? ": a value that begins with a brace is quoted: \"{" + entry.key().text() + "}\""
        : expected;
  }

  /** Whether {@code reference} must not be an argument. */
  static boolean isSecret(Reference reference) {
    return reference instanceof Reference.Database database && database.field().isSecret();
  }

  @Override
  public String describe() {
    return references ? "text with references, or `{secret: path}`" : "text or `{secret: path}`";
  }
}
