package io.mamparo.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A text of the stack file with the values that are filled in: from the environment of whoever runs
 * {@code up}, from secret files (both while the file is read), and per replica ({@code {port}} and
 * the like, when it is started). Immutable; its {@link #toString()} is the text as it was written,
 * so that it shows no value.
 *
 * @param parts in order
 */
public record Template(List<Part> parts) {
  public Template {
    parts = List.copyOf(parts);
  }

  /** Text without references. */
  public static Template of(String literal) {
    return new Template(literal.isEmpty() ? List.of() : List.of(new Literal(literal)));
  }

  /** A piece of the text. */
  public sealed interface Part permits Literal, FromEnvironment, FromFile, Reference {}

  /** Text that stays as it is. */
  public record Literal(String text) implements Part {
    @Override
    public String toString() {
      return text;
    }
  }

  /** {@code ${NAME}}, already looked up. */
  public record FromEnvironment(String name, Secret value) implements Part {
    @Override
    public String toString() {
      return "${" + name + "}";
    }
  }

  /** {@code {secret: path}}, already read. */
  public record FromFile(String path, Secret value) implements Part {
    @Override
    public String toString() {
      return "{secret: " + path + "}";
    }
  }

  /** The text with everything filled in for one replica; treat it as a secret. */
  public String fill(ReplicaContext context) {
    return parts.stream().map(part -> value(part, context)).collect(Collectors.joining());
  }

  private static String value(Part part, ReplicaContext context) {
    return switch (part) {
      case Literal literal -> literal.text();
      case FromEnvironment environment -> environment.value().reveal();
      case FromFile file -> file.value().reveal();
      case Reference reference -> reference.value(context);
    };
  }

  /** The references in it that are filled in per replica. */
  public List<Reference> references() {
    return parts.stream().filter(Reference.class::isInstance).map(Reference.class::cast).toList();
  }

  @Override
  public String toString() {
    return parts.stream().map(Part::toString).collect(Collectors.joining());
  }
}
