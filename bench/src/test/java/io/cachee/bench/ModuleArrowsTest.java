package io.cachee.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom, as drawn in ARCHITECTURE.md. It stands in bench because bench sees every module. */
final class ModuleArrowsTest {
    private static final String ROOT = "io.cachee.";

    /** A module's row names all that it may know; bench, which nobody may know, has no row. Tests may know testkit. */
    private static final Map<String, Set<String>> ARROWS = new TreeMap<>(Map.of(
            "resp", Set.of(),
            "store", Set.of(),
            "l2", Set.of("resp"),
            "simulate", Set.of("store"),
            "server", Set.of("resp", "store", "l2", "simulate"),
            "client", Set.of("store", "l2"),
            "spring", Set.of("client"),
            "jcache", Set.of("client"),
            "testkit", Set.of()));

    /** The same for the packages of the server; its root package may know them all. */
    private static final Map<String, Set<String>> SERVER_ARROWS = new TreeMap<>(Map.of(
            "metrics", Set.of(),
            "config", Set.of(),
            "tier", Set.of("config", "metrics"),
            "command", Set.of("config", "metrics", "tier"),
            "net", Set.of("command", "config"),
            "admin", Set.of("command", "metrics"),
            "load", Set.of("net")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.cachee");

    static Stream<Map.Entry<String, Set<String>>> arrows() {
        return ARROWS.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("arrows")
    void moduleKnowsOnlyWhomItMay(Map.Entry<String, Set<String>> arrow) {
        String[] allowed = Stream.concat(Stream.of(arrow.getKey()), arrow.getValue().stream())
                .map(module -> ROOT + module + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + arrow.getKey() + "..")
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".").and(resideOutsideOfPackages(allowed)))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    static Stream<Map.Entry<String, Set<String>>> serverArrows() {
        return SERVER_ARROWS.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("serverArrows")
    void packageOfTheServerKnowsOnlyWhomItMay(Map.Entry<String, Set<String>> arrow) {
        String server = ROOT + "server";
        String[] allowed = Stream.concat(Stream.of(arrow.getKey()), arrow.getValue().stream())
                .map(name -> server + "." + name)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(server + "." + arrow.getKey())
                .should()
                .dependOnClassesThat(resideInAPackage(server + "..").and(resideOutsideOfPackages(allowed)))
                .check(CLASSES);
    }

    @Test
    void respKnowsNettysBuffersAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT + "resp..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.netty.buffer", "io.netty.util..", ROOT + "resp..")
                .check(CLASSES);
    }

    @Test
    void storeKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT + "store..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", ROOT + "store..")
                .check(CLASSES);
    }

    @Test
    void testkitKnowsTheJdkAndNettysLeakDetectorAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT + "testkit..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "javax.net.ssl..", "org.jspecify..", "io.netty.util", ROOT + "testkit..")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsAModuleOfTheTable() {
        assertThat(CLASSES.getPackage("io.cachee").getSubpackagesInTree())
                .extracting(JavaPackage::getName)
                .filteredOn(name -> !name.startsWith(ROOT + "bench"))
                .contains(
                        ROOT + "resp",
                        ROOT + "store",
                        ROOT + "l2",
                        ROOT + "simulate",
                        ROOT + "server",
                        ROOT + "testkit")
                .allMatch(name -> ARROWS.containsKey(name.substring(ROOT.length()))
                        || SERVER_ARROWS.containsKey(name.substring(name.lastIndexOf('.') + 1)));
    }
}
