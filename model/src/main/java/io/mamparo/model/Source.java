package io.mamparo.model;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What runs a service, or where it lives. */
public sealed interface Source {
  /**
   * A process for each replica.
   *
   * @param command program and arguments; a program without a slash is looked up in PATH
   * @param directory it is started in; absolute
   */
  record Run(List<Template> command, Path directory) implements Source {
    public Run {
      command = List.copyOf(command);
      Require.that(!command.isEmpty(), "run names no program");
    }
  }

  /** A container for each replica, from an image of a registry. */
  record Image(String image) implements Source {
    public Image {
      Require.that(
          image.matches("[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}"),
          "expected an image such as registry.example/cars:1.2");
    }
  }

  /**
   * A container for each replica, from an image that is built.
   *
   * @param context directory; absolute
   * @param dockerfile absolute; absent means the context's own
   */
  record Build(Path context, @Nullable Path dockerfile) implements Source {}

  /** Lives elsewhere; Mamparo only calls it. */
  record Endpoints(List<Endpoint> endpoints) implements Source {
    public Endpoints {
      endpoints = List.copyOf(endpoints);
      Require.that(!endpoints.isEmpty(), "endpoints is empty");
    }
  }

  /** {@code http://host:port} or, with {@code tls}, {@code https://host:port}. */
  record Endpoint(boolean tls, Address address) {
    @Override
    public String toString() {
      return (tls ? "https://" : "http://") + address;
    }
  }
}
