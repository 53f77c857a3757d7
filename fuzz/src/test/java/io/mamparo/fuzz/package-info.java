/** Fuzzing: how Jazzer is run, and what targets have in common. */
@org.jspecify.annotations.NullMarked
package io.mamparo.fuzz;
