package io.mamparo.telemetry.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the operating system and the JVM say about this process. Stateless. */
public final class ProcessMetrics {
  private ProcessMetrics() {}

  /** Writes them. */
  public static void write(Exposition out) {
    process(out);
    memory(out);
    collections(out);
    out.single(
        "jvm_threads_current",
        "gauge",
        "Platform threads of this process.",
        ManagementFactory.getThreadMXBean().getThreadCount());
    out.single(
        "jvm_classes_currently_loaded",
        "gauge",
        "Classes that are loaded.",
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
  }

  private static void process(Exposition out) {
    long resident = residentBytes();
    if (resident > 0) {
      out.single(
          "process_resident_memory_bytes", "gauge", "Resident memory of this process.", resident);
    }
    double started = ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3;
    out.single(
        "process_start_time_seconds",
        "gauge",
        "When this process started, in seconds since the epoch.",
        started);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      out.single(
          "process_cpu_seconds_total",
          "counter",
          "Processor time this process has used.",
          unix.getProcessCpuTime() / 1e9);
      out.single("process_open_fds", "gauge", "Files open.", unix.getOpenFileDescriptorCount());
      out.single(
          "process_max_fds", "gauge", "Files that may be open.", unix.getMaxFileDescriptorCount());
    }
  }

  private static void memory(Exposition out) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    out.family("jvm_memory_used_bytes", "gauge", "Memory of the JVM in use.")
        .sample("jvm_memory_used_bytes", heap.getUsed(), "area", "heap")
        .sample("jvm_memory_used_bytes", other.getUsed(), "area", "nonheap");
    out.family("jvm_memory_committed_bytes", "gauge", "Memory of the JVM that is set aside.")
        .sample("jvm_memory_committed_bytes", heap.getCommitted(), "area", "heap")
        .sample("jvm_memory_committed_bytes", other.getCommitted(), "area", "nonheap");
    out.family("jvm_memory_max_bytes", "gauge", "Memory that the JVM may use; -1 if unlimited.")
        .sample("jvm_memory_max_bytes", heap.getMax(), "area", "heap")
        .sample("jvm_memory_max_bytes", other.getMax(), "area", "nonheap");
    out.family("jvm_buffer_pool_used_bytes", "gauge", "Memory in buffers outside the heap.");
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      out.sample("jvm_buffer_pool_used_bytes", pool.getMemoryUsed(), "pool", pool.getName());
    }
  }

  private static void collections(Exposition out) {
    out.family("jvm_gc_collections_total", "counter", "Garbage collections.");
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      out.sample("jvm_gc_collections_total", gc.getCollectionCount(), "gc", gc.getName());
    }
    out.family("jvm_gc_collection_seconds_total", "counter", "Time in garbage collections.");
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      out.sample(
          "jvm_gc_collection_seconds_total", gc.getCollectionTime() / 1e3, "gc", gc.getName());
    }
  }

  /** VmRSS of /proc/self/status; 0 where there is none. */
  private static long residentBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
