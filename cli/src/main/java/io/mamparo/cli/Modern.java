package io.mamparo.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Rewrites a library whose classes are in the format of Java 5, which the JVM takes into no
 * start-up cache and checks with its old and slow verifier: picocli, of which every command would
 * load two hundred classes one by one. Only the format changes. Run by the build, on the copy in
 * the distribution.
 */
public final class Modern {
  /** Of Java 8: the first that every verifier of today takes the short way for. */
  private static final ClassFileVersion FORMAT = ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0);

  private Modern() {}

  /** Rewrites the jar that is named, in its place. */
  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path next = jar.resolveSibling(jar.getFileName() + ".next");
    try (JarFile from = new JarFile(jar.toFile());
        OutputStream file = Files.newOutputStream(next);
        JarOutputStream to = new JarOutputStream(file)) {
      ClassFile format = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy(from)));
      for (JarEntry entry : Collections.list(from.entries())) {
        byte[] content;
        try (InputStream in = from.getInputStream(entry)) {
          content = in.readAllBytes();
        }
        to.putNextEntry(new JarEntry(entry.getName()));
        to.write(entry.getName().endsWith(".class") ? rewritten(format, content) : content);
        to.closeEntry();
      }
    }
    Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static byte[] rewritten(ClassFile format, byte[] content) {
    ClassModel model = format.parse(content);
    if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
      return content;
    }
    ClassTransform version =
        (builder, element) -> builder.with(element instanceof ClassFileVersion ? FORMAT : element);
    return format.transformClass(
        model, ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL).andThen(version));
  }

  /** Who extends whom, which the new format's frames have to know: of the jar, and of the JDK. */
  private static ClassHierarchyResolver hierarchy(JarFile jar) {
    return ClassHierarchyResolver.ofResourceParsing(
            type -> {
              String name = type.packageName().replace('.', '/') + "/" + type.displayName();
              JarEntry entry = jar.getJarEntry(name + ".class");
              try {
                return entry == null ? null : jar.getInputStream(entry);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            })
        .orElse(ClassHierarchyResolver.defaultResolver());
  }
}
