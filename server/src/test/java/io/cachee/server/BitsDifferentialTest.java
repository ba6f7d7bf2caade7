package io.cachee.server;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Strings as bits: what Redis replies. */
final class BitsDifferentialTest {
    @SuppressWarnings("NullAway.Init")
    private Twins twins;

    @BeforeEach
    void start() throws Exception {
        twins = Twins.start();
    }

    @AfterEach
    void stop() {
        twins.close();
    }

    @Test
    void setsAndGetsBits() throws Exception {
        twins.agree("""
            SETBIT b 7 1
            SETBIT b 7 0
            SETBIT b 100 1
            GET b
            GETBIT b 100
            GETBIT b 99
            GETBIT b 100000
            GETBIT nothing 0
            SETBIT b 0 2
            SETBIT b 0 -1
            SETBIT b 0 x
            SETBIT b x 1
            SETBIT b -1 1
            SETBIT b 4294967296 1
            SETBIT b 9223372036854775807 1
            SETBIT b 16777216 1
            SETBIT b 16777215 1
            STRLEN b
            DEL b
            GETBIT b -1
            GETBIT b x
            GETBIT b 16777216
            GETBIT b
            SETBIT b 1
            EXPIRE b 100
            SETBIT b 3 1
            EXPIRE b 100
            SETBIT b 3 0
            TTL b
            """);
    }

    @Test
    void countsAndFindsBits() throws Exception {
        twins.agree("""
            SET b foobar
            BITCOUNT b
            BITCOUNT b 0 0
            BITCOUNT b 1 1
            BITCOUNT b 0
            BITCOUNT b -2 -1
            BITCOUNT b -1 -2
            BITCOUNT b 5 30 BIT
            BITCOUNT b 5 30 BYTE
            BITCOUNT b 5 -5 bit
            BITCOUNT b -100 -90
            BITCOUNT b -100 1
            BITCOUNT b 100 200
            BITCOUNT b 0 -1 BOGUS
            BITCOUNT b 0 -1 BIT BIT
            BITCOUNT b a 1
            BITCOUNT b 0 b
            BITCOUNT b 9223372036854775807 1
            BITCOUNT b 0 9223372036854775807 BIT
            BITCOUNT b -9223372036854775808 -1 BIT
            BITCOUNT b -9223372036854775808 9223372036854775807 BYTE
            BITCOUNT nothing
            BITCOUNT nothing 0 1
            BITCOUNT nothing a b
            BITCOUNT nothing 0
            BITCOUNT
            SET p "\\xff\\xf0\\x00"
            BITPOS p 0
            BITPOS p 1
            BITPOS p 1 1
            BITPOS p 1 2
            BITPOS p 0 0 0
            BITPOS p 0 0 -1
            BITPOS p 0 1 1
            BITPOS p 1 -1
            BITPOS p 0 7 15 BIT
            BITPOS p 1 12 15 BIT
            BITPOS p 0 13 15 BIT
            BITPOS p 1 9 -1 bit
            BITPOS p 0 -3 -3 BYTE
            BITPOS p 2
            BITPOS p -1
            BITPOS p x
            BITPOS p 1 a
            BITPOS p 1 0 b
            BITPOS p 1 0 1 BOGUS
            BITPOS p 1 0 1 BIT 5
            BITPOS p 0 5
            BITPOS p 0 5 10
            BITPOS p 0 -1 -2
            SET q "\\xff\\xff"
            BITPOS q 0
            BITPOS q 0 0
            BITPOS q 0 1
            BITPOS q 0 2
            BITPOS q 0 0 -1
            BITPOS q 0 -9223372036854775808
            BITPOS q 1 9223372036854775807
            BITPOS q 0 0 -1 BIT
            SET z "\\x00\\x00"
            BITPOS z 1
            BITPOS z 1 0 -1
            BITPOS nothing 0
            BITPOS nothing 1
            BITPOS nothing 0 5
            BITPOS nothing 0 5 6
            BITPOS nothing 2
            BITPOS nothing 0 a
            BITPOS nothing 0 0 1 BOGUS
            SET e ""
            BITPOS e 0
            BITPOS e 1
            BITPOS e 0 0
            BITCOUNT e
            BITPOS p
            """);
    }

    @Test
    void combinesBits() throws Exception {
        twins.agree("""
            SET a "\\xff\\x0f\\xaa"
            SET b "\\x0f\\xff"
            BITOP AND r a b
            GET r
            BITOP OR r a b nothing
            GET r
            BITOP XOR r a b
            GET r
            BITOP NOT r a
            GET r
            BITOP NOT r a b
            BITOP and r a
            GET r
            BITOP BOGUS r a
            BITOP AND r
            BITOP AND r nothing
            EXISTS r
            BITOP AND r nothing nothing2
            BITOP NOT r nothing
            BITOP OR a a b
            GET a
            EXPIRE a 100
            BITOP OR a a b
            TTL a
            BITOP XOR r a a
            GET r
            """);
    }

    @Test
    void countsInFields() throws Exception {
        twins.agree("""
            BITFIELD f SET u8 0 255 GET u8 0
            BITFIELD f INCRBY u8 0 10
            BITFIELD f OVERFLOW SAT INCRBY u8 0 250
            BITFIELD f OVERFLOW SAT INCRBY u8 0 10
            BITFIELD f OVERFLOW FAIL INCRBY u8 0 10
            BITFIELD f OVERFLOW WRAP INCRBY u8 0 10
            BITFIELD f OVERFLOW SAT INCRBY u8 0 -100
            BITFIELD f OVERFLOW FAIL INCRBY u8 0 -100
            BITFIELD f SET i8 0 127 INCRBY i8 0 1
            BITFIELD f SET i8 0 127 OVERFLOW SAT INCRBY i8 0 1
            BITFIELD f SET i8 0 -128 OVERFLOW SAT INCRBY i8 0 -1
            BITFIELD f SET i8 0 -128 OVERFLOW WRAP INCRBY i8 0 -1
            BITFIELD f OVERFLOW FAIL SET i8 0 128
            BITFIELD f OVERFLOW SAT SET i8 0 200 GET i8 0
            BITFIELD f OVERFLOW SAT SET i8 0 -200 GET i8 0
            BITFIELD f OVERFLOW WRAP SET i8 0 200 GET i8 0
            BITFIELD f OVERFLOW SAT SET u8 0 -1 GET u8 0
            BITFIELD f OVERFLOW FAIL SET u8 0 -1 GET u8 0
            BITFIELD f SET u8 0 300 GET u8 0
            BITFIELD f SET i64 0 9223372036854775807 INCRBY i64 0 1
            BITFIELD f SET i64 0 9223372036854775807 OVERFLOW SAT INCRBY i64 0 1
            BITFIELD f SET i64 0 -9223372036854775808 OVERFLOW SAT INCRBY i64 0 -1
            BITFIELD f SET i64 0 -9223372036854775808 OVERFLOW FAIL INCRBY i64 0 -1
            BITFIELD f SET u63 0 9223372036854775807 INCRBY u63 0 1
            BITFIELD f SET u63 0 9223372036854775807 OVERFLOW SAT INCRBY u63 0 1
            BITFIELD f SET u63 0 9223372036854775807 OVERFLOW SAT INCRBY u63 0 9223372036854775807
            BITFIELD f SET u63 0 5 OVERFLOW SAT INCRBY u63 0 -9223372036854775808
            BITFIELD f SET i5 #3 7 GET i5 #3 GET u1 15
            BITFIELD f SET u1 100 1 INCRBY u1 100 1 INCRBY u1 100 1
            BITFIELD f SET i1 7 -1 GET i1 7 INCRBY i1 7 1
            BITFIELD f GET u8 #1 GET i64 3 GET u7 5
            BITFIELD f
            BITFIELD nothing GET u8 0
            EXISTS nothing
            BITFIELD nothing OVERFLOW FAIL INCRBY u2 0 10
            EXISTS nothing
            STRLEN nothing
            BITFIELD f GET u64 0
            BITFIELD f GET i65 0
            BITFIELD f GET u0 0
            BITFIELD f GET x8 0
            BITFIELD f GET u 0
            BITFIELD f GET 8 0
            BITFIELD f GET u8 -1
            BITFIELD f GET u8 x
            BITFIELD f GET u8 #x
            BITFIELD f GET u8 #-1
            BITFIELD f GET u8 16777216
            BITFIELD f GET u8 #2097152
            BITFIELD f GET u8 16777208
            BITFIELD f GET u8 9223372036854775807
            BITFIELD f GET u8
            BITFIELD f SET u8 0
            BITFIELD f INCRBY u8 0
            BITFIELD f SET u8 0 x
            BITFIELD f OVERFLOW
            BITFIELD f OVERFLOW BOGUS
            BITFIELD f OVERFLOW BOGUS GET u8 0
            BITFIELD f OVERFLOW sat
            BITFIELD f BOGUS
            BITFIELD f GET u8 0 BOGUS
            BITFIELD
            BITFIELD_RO f GET u8 0
            BITFIELD_RO f GET u8 0 GET i4 #1
            BITFIELD_RO f SET u8 0 1
            BITFIELD_RO f GET u8 0 INCRBY u8 0 1
            BITFIELD_RO f OVERFLOW SAT GET u8 0
            BITFIELD_RO nothing GET u8 0
            BITFIELD_RO f
            EXPIRE f 100
            BITFIELD f SET u8 0 1
            TTL f
            """);
    }
}
