package io.mamparo.app.life;

import io.mamparo.kernel.Problem;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;

/** What a stack file may say and this version cannot do yet: told before anything starts. */
final class Unsupported {
  private Unsupported() {}

  static void check(Stack stack) {
    for (ServiceSpec service : stack.services().values()) {
      switch (service.source()) {
        case Source.Run run -> {}
        case Source.Image image ->
            throw not(service, "containers (image:) are not run yet", "use run: or endpoints:");
        case Source.Build build ->
            throw not(service, "containers (build:) are not run yet", "use run: or endpoints:");
        case Source.Endpoints elsewhere -> {
          if (elsewhere.endpoints().stream().anyMatch(Source.Endpoint::tls)) {
            throw not(service, "endpoints with https:// are not called yet", "use http://");
          }
        }
      }
    }
  }

  private static Problem not(ServiceSpec service, String what, String remedy) {
    return new Problem("service " + service.name(), what, remedy);
  }
}
