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

  /**
   * {@code http://host:port} or, with {@code tls}, {@code https://host:port}.
   *
   * @param weight its share, compared with the others'
   * @param priority 0 is used first
   * @param zone where it is
   * @param srv whether the host names a service in DNS (SRV), which says hosts and ports
   * @param name what was written, when the address was found behind it
   */
  record Endpoint(
      boolean tls,
      Address address,
      int weight,
      int priority,
      @Nullable String zone,
      boolean srv,
      @Nullable String name) {
    /** One of weight 1, used first, nowhere in particular. */
    public Endpoint(boolean tls, Address address) {
      this(tls, address, 1, 0, null, false, null);
    }

    /** Whether its addresses are to be looked up. */
    public boolean named() {
      boolean literal = address.host().indexOf(':') >= 0 || address.host().matches("[0-9.]+");
      return srv || !(literal || address.host().equals("localhost"));
    }

    /** One of the addresses that were found behind its name. */
    public Endpoint at(Address found, int times, int after) {
      return new Endpoint(
          tls,
          found,
          (int) Math.min(1_000_000, (long) weight * times),
          Math.min(15, priority + after),
          zone,
          false,
          srv ? address.host() : address.toString());
    }

    @Override
    public String toString() {
      String scheme = (tls ? "https" : "http") + (srv ? "+srv" : "");
      return scheme + "://" + (srv ? address.host() : address.toString());
    }
  }
}
