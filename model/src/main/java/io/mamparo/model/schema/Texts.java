package io.mamparo.model.schema;

import io.mamparo.model.Reference;
import io.mamparo.model.Reference.Database.Field;
import io.mamparo.model.Secret;
import io.mamparo.model.Template;
import io.mamparo.model.yaml.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a text apart. Stateless.
 *
 * <pre>
 *   ${NAME}      environment variable, must be set      $${   the text ${
 *   {reference}  filled in per replica (templates only) {{x}} the text {x}
 *   anything else, a lone { or $ too, is text
 * </pre>
 */
final class Texts {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
  private static final String WORD = "[a-z][A-Za-z0-9_.-]*";
  private static final Pattern VARIABLES =
      Pattern.compile("(?<dollar>\\$\\$\\{)|\\$\\{(?<name>" + NAME + ")}|(?<broken>\\$\\{)");
  private static final Pattern ALL =
      Pattern.compile(
          VARIABLES.pattern() + "|\\{\\{(?<brace>" + WORD + ")}}|\\{(?<reference>" + WORD + ")}");

  /** Every reference there is, {@code calls.NAME.url} standing for those of all names. */
  static final List<String> REFERENCES =
      Stream.concat(
              Stream.of("port", "replica", "calls.NAME.url"),
              Arrays.stream(Field.values()).map(field -> "database." + Shown.word(field)))
          .toList();

  private Texts() {}

  /** The text with its environment variables, or nothing when one of them is not set. */
  static @Nullable String expand(Node.Text at, Reading reading) {
    Template template = parse(at, false, reading);
    return template == null
        ? null
        : template.parts().stream().map(Texts::known).collect(Collectors.joining());
  }

  static String known(Template.Part part) {
    return switch (part) {
      case Template.Literal literal -> literal.text();
      case Template.FromEnvironment environment -> environment.value().reveal();
      case Template.FromFile file -> file.value().reveal();
      case Reference reference -> reference.toString();
    };
  }

  /** The text with its references, or nothing when one of them is wrong. */
  static @Nullable Template template(Node.Text at, Reading reading) {
    return parse(at, true, reading);
  }

  private static @Nullable Template parse(Node.Text at, boolean references, Reading reading) {
    String text = at.text();
    List<Template.Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    Matcher matcher = (references ? ALL : VARIABLES).matcher(text);
    boolean good = true;
    int end = 0;
    while (matcher.find()) {
      literal.append(text, end, matcher.start());
      end = matcher.end();
      String escaped = escaped(matcher, references);
      if (escaped != null) {
        literal.append(escaped);
        continue;
      }
      Template.Part part = part(at, matcher, references, reading);
      good &= part != null;
      if (part != null) {
        flush(literal, parts);
        parts.add(part);
      }
    }
    literal.append(text, end, text.length());
    flush(literal, parts);
    if (text.indexOf('\0') >= 0) {
      reading.report(at, "a text must not hold the character U+0000");
      return null;
    }
    return good ? new Template(parts) : null;
  }

  private static void flush(StringBuilder literal, List<Template.Part> parts) {
    if (!literal.isEmpty()) {
      parts.add(new Template.Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  private static @Nullable String escaped(Matcher matcher, boolean references) {
    if (matcher.group("dollar") != null) {
      return "${";
    }
    String brace = references ? matcher.group("brace") : null;
    return brace == null ? null : "{" + brace + "}";
  }

  private static Template.@Nullable Part part(
      Node.Text at, Matcher matcher, boolean references, Reading reading) {
    if (matcher.group("broken") != null) {
      reading.reportPart(
          at, matcher.start(), "${", "expected ${NAME}; the text ${ is written $${", null);
      return null;
    }
    String name = matcher.group("name");
    if (name != null) {
      return variable(at, matcher.start(), name, reading);
    }
    String reference = references ? matcher.group("reference") : null;
    return reference == null ? null : reference(at, matcher.start(), reference, reading);
  }

  private static Template.@Nullable Part variable(
      Node.Text at, int offset, String name, Reading reading) {
    String value = reading.environment(name);
    if (value == null) {
      reading.reportPart(
          at,
          offset,
          "${" + name + "}",
          "the environment variable " + name + " is not set",
          Nearest.to(name, reading.environmentNames()));
      return null;
    }
    return new Template.FromEnvironment(name, new Secret(value));
  }

  private static @Nullable Reference reference(
      Node.Text at, int offset, String text, Reading reading) {
    Reference reference = named(text);
    if (reference == null) {
      reading.reportPart(
          at,
          offset,
          "{" + text + "}",
          "there is no reference {" + text + "}; the text is written {{" + text + "}}",
          nearest(text));
      return null;
    }
    reading.refer(reference, at);
    return reference;
  }

  private static @Nullable String nearest(String text) {
    String nearest = Nearest.to(text, REFERENCES);
    return nearest == null ? null : "{" + nearest + "}";
  }

  private static @Nullable Reference named(String text) {
    if (text.equals("port")) {
      return new Reference.Port();
    }
    if (text.equals("replica")) {
      return new Reference.Replica();
    }
    if (text.startsWith("calls.") && text.endsWith(".url") && text.length() > 10) {
      return new Reference.CallUrl(text.substring(6, text.length() - 4));
    }
    return Arrays.stream(Field.values())
        .filter(field -> text.equals("database." + Shown.word(field)))
        .findFirst()
        .map(Reference.Database::new)
        .orElse(null);
  }
}
