package io.mamparo.app.plan;

import io.mamparo.mesh.MeshConfig.Route;
import io.mamparo.mesh.MeshConfig.Target;
import io.mamparo.mesh.RouteMatch;
import io.mamparo.mesh.RouteRules;
import io.mamparo.model.LimitSpec;
import io.mamparo.model.RouteActions;
import io.mamparo.model.RouteSpec;
import io.mamparo.model.Stack;
import io.mamparo.model.UserKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stack's routes as the mesh takes them. Stateless. */
final class RoutePlan {
  private RoutePlan() {}

  static List<Route> of(Stack stack) {
    return stack.routes().stream().map(RoutePlan::route).toList();
  }

  private static Route route(RouteSpec spec) {
    List<Target> targets =
        spec.to().stream().map(t -> new Target(t.service(), t.weight().millionths())).toList();
    return new Route(spec.id(), match(spec), targets, rules(spec.actions()));
  }

  private static RouteMatch match(RouteSpec spec) {
    boolean regex = spec.path().startsWith(RouteSpec.REGEX);
    return new RouteMatch(
        spec.host(),
        regex ? spec.path().substring(RouteSpec.REGEX.length()) : spec.path(),
        regex,
        spec.methods(),
        wanted(spec.headers()),
        wanted(spec.query()));
  }

  private static List<RouteMatch.Wanted> wanted(Map<String, RouteSpec.Wanted> all) {
    return all.entrySet().stream()
        .map(e -> new RouteMatch.Wanted(e.getKey(), test(e.getValue()), e.getValue().value()))
        .toList();
  }

  private static RouteMatch.Test test(RouteSpec.Wanted wanted) {
    return switch (wanted.how()) {
      case EXACT -> RouteMatch.Test.EXACT;
      case PREFIX -> RouteMatch.Test.PREFIX;
      case REGEX -> RouteMatch.Test.REGEX;
      case PRESENT -> RouteMatch.Test.PRESENT;
      case ABSENT -> RouteMatch.Test.ABSENT;
    };
  }

  private static RouteRules rules(RouteActions actions) {
    RouteActions.Redirect redirect = actions.redirect();
    RouteActions.Rewrite rewrite = actions.rewrite();
    RouteActions.Mirror mirror = actions.mirror();
    LimitSpec limit = actions.limit();
    return new RouteRules(
        new RouteRules.Tries(
            actions.timeout(),
            actions.perTryTimeout(),
            actions.retries() == null ? null : MeshPlan.retries(actions.retries()),
            actions.hedge() == null ? null : TrafficPlan.hedge(actions.hedge())),
        redirect == null ? null : new RouteRules.Redirect(redirect.to(), redirect.status()),
        rewrite == null ? null : new RouteRules.Rewrite(rewrite.path(), rewrite.host()),
        edits(actions.requestHeaders()),
        edits(actions.responseHeaders()),
        key(actions.sticky()),
        mirror == null
            ? null
            : new RouteRules.Mirror(mirror.service(), Math.min(1, mirror.share().ratio())),
        limit == null
            ? null
            : new RouteRules.Limit(limit.rate().perSecond(), limit.burst(), key(limit.by())),
        switch (actions.priority()) {
          case LOW -> RouteRules.Priority.LOW;
          case NORMAL -> RouteRules.Priority.NORMAL;
          case HIGH -> RouteRules.Priority.HIGH;
        },
        actions.token());
  }

  private static RouteRules.HeaderEdits edits(RouteActions.Edits edits) {
    return new RouteRules.HeaderEdits(edits.set(), edits.add(), edits.remove());
  }

  static RouteRules.@Nullable HashKey key(@Nullable UserKey key) {
    if (key == null) {
      return null;
    }
    if (key.header() != null) {
      return new RouteRules.HashKey(RouteRules.HashKey.Kind.HEADER, key.header(), null);
    }
    return key.cookie() != null
        ? new RouteRules.HashKey(RouteRules.HashKey.Kind.COOKIE, key.cookie(), key.ttl())
        : new RouteRules.HashKey(RouteRules.HashKey.Kind.SOURCE, "", null);
  }
}
