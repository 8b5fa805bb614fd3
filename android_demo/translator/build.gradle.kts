// The engine: plain Kotlin on the JVM, no Android import. Whoever uses it brings ONNX Runtime:
// the desktop jar, or onnxruntime-android in an app. The classes are the same.
import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    `java-library`
    alias(libs.plugins.kotlin.jvm)
}

group = "io.github.allez"
version = libs.versions.versionName.get()

kotlin {
    explicitApi()
    compilerOptions {
        jvmTarget = JvmTarget.fromTarget(libs.versions.jvmTarget.get())
        allWarningsAsErrors = true
    }
}

java {
    sourceCompatibility = JavaVersion.toVersion(libs.versions.jvmTarget.get())
    targetCompatibility = JavaVersion.toVersion(libs.versions.jvmTarget.get())
}

dependencies {
    compileOnly(libs.onnxruntime)
    testImplementation(libs.onnxruntime)
    testImplementation(platform(libs.junit.bom))
    testImplementation(libs.junit.jupiter)
    testRuntimeOnly(libs.junit.launcher)
}

tasks.processResources { // what all hosts agree on
    from(rootDir.resolveSibling("spec/contract.json")) { into("io/github/allez") }
    from(rootDir.resolveSibling("spec/references.json")) { into("io/github/allez") }
}

tasks.test {
    useJUnitPlatform()
    systemProperty("allez.root", rootDir.parentFile.path)
}
