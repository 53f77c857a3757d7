/** A PostgreSQL server of our own: its files, its user, its settings, roles and schema. */
@NullMarked
package io.mamparo.compute.postgres;

import org.jspecify.annotations.NullMarked;
