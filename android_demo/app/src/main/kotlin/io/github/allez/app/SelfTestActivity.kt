package io.github.allez.app

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.view.View
import android.widget.TextView
import io.github.allez.SelfTestReport

/** The self-test page: whether this very device translates as it should, and what device it is; leads to the licences. */
class SelfTestActivity : Activity() {
    private lateinit var presenter: SelfTestPresenter

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_self_test)
        val kept = lastNonConfigurationInstance as SelfTestPresenter?
        presenter = kept ?: SelfTestPresenter(engine, MainLoop()).also { it.run() }
        findViewById<View>(R.id.run_again).setOnClickListener { presenter.run() }
        findViewById<View>(R.id.copy_report).setOnClickListener { copy(reportText()) }
        findViewById<View>(R.id.show_licences).setOnClickListener { startActivity(Intent(this, LicencesActivity::class.java)) }
        presenter.view = ::draw
    }

    override fun onRetainNonConfigurationInstance(): Any = presenter

    override fun onDestroy() {
        if (isChangingConfigurations) presenter.view = null else presenter.close()
        super.onDestroy()
    }

    private fun draw(state: SelfTestState) {
        val isRunning = state is SelfTestState.Running
        findViewById<View>(R.id.progress).visibility = if (isRunning) View.VISIBLE else View.INVISIBLE
        findViewById<View>(R.id.run_again).isEnabled = !isRunning
        findViewById<View>(R.id.copy_report).isEnabled = !isRunning
        val verdict = when (state) {
            SelfTestState.Running -> getString(R.string.self_test_running)
            is SelfTestState.Done -> verdictOn(state.report)
            is SelfTestState.Failed -> messageOf(state.failure)
        }
        val isBad = state is SelfTestState.Failed || (state is SelfTestState.Done && !state.report.passed)
        findViewById<TextView>(R.id.verdict).text = verdict
        findViewById<TextView>(R.id.verdict).setTextColor(getColor(if (isBad) R.color.error else R.color.text))
        findViewById<TextView>(R.id.details).text = detailsOf(state).joinToString("\n")
    }

    private fun reportText() =
        listOf(R.id.verdict, R.id.details).joinToString("\n") { findViewById<TextView>(it).text }
}

private fun Context.verdictOn(report: SelfTestReport): String {
    val count = report.results.size
    val failed = report.results.count { !it.passed }
    return if (report.passed) {
        resources.getQuantityString(R.plurals.self_test_passed, count, count)
    } else {
        resources.getQuantityString(R.plurals.self_test_failed, failed, failed, count)
    }
}

/** The device, and what differed on it. */
private fun Context.detailsOf(state: SelfTestState): List<String> {
    val device = listOf(
        getString(R.string.self_test_device, "${Build.MANUFACTURER} ${Build.MODEL}", Build.VERSION.RELEASE, Build.VERSION.SDK_INT),
        getString(R.string.self_test_abi, Build.SUPPORTED_ABIS.joinToString()),
    )
    return device + when (state) {
        SelfTestState.Running -> emptyList()
        is SelfTestState.Failed -> listOf(state.failure.detail)
        is SelfTestState.Done -> detailsOf(state.model) + getString(R.string.self_test_time, state.millis) + problemsOf(state.report)
    }
}

private fun Context.detailsOf(model: ModelInfo) = listOf(
    getString(R.string.self_test_cores, Runtime.getRuntime().availableProcessors(), model.threads),
    getString(R.string.self_test_runtime, model.onnxRuntime),
    getString(R.string.self_test_model, model.name, model.version, sizeOf(model)),
)

private fun Context.problemsOf(report: SelfTestReport) = report.results.mapNotNull { result ->
    result.problem?.let { "\n" + getString(R.string.self_test_problem, result.text, result.expected, result.translation, it) }
}
