// The app: one screen on platform views. No AndroidX, no permission, the model in its assets.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
}

/** Copies the bundle of the repository into the assets, so that it is committed only once. */
abstract class CopyBundle @Inject constructor(private val files: FileSystemOperations) : DefaultTask() {
    @get:InputDirectory
    @get:PathSensitive(PathSensitivity.RELATIVE)
    abstract val bundle: DirectoryProperty

    @get:OutputDirectory
    abstract val assets: DirectoryProperty

    @TaskAction
    fun copy() {
        files.sync {
            from(bundle)
            into(assets.dir(bundle.get().asFile.name))
        }
    }
}

val copyBundle = tasks.register<CopyBundle>("copyBundle") {
    bundle = rootDir.parentFile.resolve("models/fr-en")
}

androidComponents {
    onVariants { variant -> variant.sources.assets?.addGeneratedSourceDirectory(copyBundle, CopyBundle::assets) }
}

val java = JavaVersion.toVersion(libs.versions.jvmTarget.get())

android {
    namespace = "io.github.allez.app"
    compileSdk = libs.versions.compileSdk.get().toInt()

    defaultConfig {
        applicationId = namespace
        minSdk = libs.versions.minSdk.get().toInt()
        targetSdk = libs.versions.targetSdk.get().toInt()
        versionCode = libs.versions.versionCode.get().toInt()
        versionName = libs.versions.versionName.get()
        ndk {
            // Phones and tablets of any age, and emulators.
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64")
        }
    }

    compileOptions {
        sourceCompatibility = java
        targetCompatibility = java
    }

    kotlinOptions {
        jvmTarget = libs.versions.jvmTarget.get()
    }

    packaging {
        // Not compressed, and aligned to 16 KB: loaded from where they are, also by devices with such pages.
        jniLibs.useLegacyPackaging = false
    }

    buildTypes {
        release {
            // ONNX Runtime's native code looks Java classes up by name; there is little to shrink.
            isMinifyEnabled = false
        }
    }

    testOptions.unitTests {
        isIncludeAndroidResources = true
        all {
            it.systemProperty("allez.root", rootDir.parentFile.path)
            it.systemProperty("allez.target", layout.buildDirectory.get().asFile.path)
        }
    }
}

// Tests run on the desktop, with the library for it; the Java classes are the same.
configurations.matching { it.name.endsWith("UnitTestRuntimeClasspath") }.configureEach {
    exclude(group = "com.microsoft.onnxruntime", module = "onnxruntime-android")
}

dependencies {
    implementation(project(":translator"))
    implementation(libs.onnxruntime.android)
    testImplementation(libs.onnxruntime)
    testImplementation(libs.junit.four)
    testImplementation(libs.kotlin.test)
    testImplementation(libs.robolectric)
}
