/** Tests of Statement texts. */
@org.jspecify.annotations.NullMarked
package io.mamparo.dbproxy.intern;
