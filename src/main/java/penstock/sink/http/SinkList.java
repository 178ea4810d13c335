package penstock.sink.http;

import java.util.List;
import java.util.function.Predicate;

/** All sinks, by name, with how they are. */
record SinkList(List<SinkStatus> sinks) {

  /** Those that one may see. */
  SinkList only(Predicate<String> visible) {
    return new SinkList(sinks.stream().filter(one -> visible.test(one.name())).toList());
  }
}
