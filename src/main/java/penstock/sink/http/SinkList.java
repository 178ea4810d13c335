package penstock.sink.http;

import java.util.List;

/** All sinks, by name, with how they are. */
record SinkList(List<SinkStatus> sinks) {}
