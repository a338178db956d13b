using System.Text.Json;
using System.Text.Json.Serialization;

namespace Avvik.Client;

/// <summary>How the API's records are written: camelCase, and what is null is said to be.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HistoryImport))]
[JsonSerializable(typeof(ImportedHistory))]
[JsonSerializable(typeof(Submission))]
[JsonSerializable(typeof(Deviation))]
[JsonSerializable(typeof(Page<Deviation>))]
[JsonSerializable(typeof(ValidationAnswer))]
[JsonSerializable(typeof(WithdrawDeviation))]
[JsonSerializable(typeof(ReporterMessage))]
[JsonSerializable(typeof(RedactText))]
[JsonSerializable(typeof(Reporter))]
[JsonSerializable(typeof(TextRedaction))]
[JsonSerializable(typeof(Page<TextRedaction>))]
[JsonSerializable(typeof(Avvik.Contracts.WrittenAnswer))]
[JsonSerializable(typeof(Changes))]
[JsonSerializable(typeof(OpenEnvelope))]
[JsonSerializable(typeof(PatientSearch))]
[JsonSerializable(typeof(Patient))]
[JsonSerializable(typeof(Page<AccessLogEntry>))]
[JsonSerializable(typeof(AccessLogVerification))]
[JsonSerializable(typeof(AccessLogProgress))]
[JsonSerializable(typeof(IReadOnlyList<AccessLogAnchor>))]
[JsonSerializable(typeof(Page<ParkedMessage>))]
[JsonSerializable(typeof(ParkedMessageReason))]
[JsonSerializable(typeof(ParkedMessageSelection))]
[JsonSerializable(typeof(IReadOnlyList<ParkedMessageProgress>))]
[JsonSerializable(typeof(Page<TriageItem>))]
[JsonSerializable(typeof(TriageDecision))]
[JsonSerializable(typeof(TriageOutcome))]
[JsonSerializable(typeof(IReadOnlyList<CategorySuggestion>))]
[JsonSerializable(typeof(IReadOnlyList<TriageFlag>))]
[JsonSerializable(typeof(Page<CaseRow>))]
[JsonSerializable(typeof(CaseDetails))]
[JsonSerializable(typeof(CaseCounts))]
[JsonSerializable(typeof(CaseAction))]
[JsonSerializable(typeof(IReadOnlyList<CaseClosing>))]
[JsonSerializable(typeof(SeriousIncidentNotice))]
[JsonSerializable(typeof(MeasureChange))]
[JsonSerializable(typeof(Page<MeasureRow>))]
[JsonSerializable(typeof(LessonDraft))]
[JsonSerializable(typeof(WithdrawLesson))]
[JsonSerializable(typeof(Page<Lesson>))]
[JsonSerializable(typeof(SimilarCases))]
[JsonSerializable(typeof(Directory))]
[JsonSerializable(typeof(DirectoryUnitChange))]
[JsonSerializable(typeof(DirectoryUnit))]
[JsonSerializable(typeof(DirectoryImport))]
[JsonSerializable(typeof(DirectoryImportAnswer))]
[JsonSerializable(typeof(DirectoryUndo))]
[JsonSerializable(typeof(IReadOnlyList<DirectoryVersion>))]
[JsonSerializable(typeof(Avvik.Contracts.CommunityDocument))]
[JsonSerializable(typeof(NewAssignment))]
[JsonSerializable(typeof(EffectiveRoles))]
[JsonSerializable(typeof(EndAssignment))]
[JsonSerializable(typeof(Page<Assignment>))]
[JsonSerializable(typeof(IReadOnlyList<RoutingRule>))]
[JsonSerializable(typeof(RoutingRuleSet))]
[JsonSerializable(typeof(RoutingRuleChange))]
[JsonSerializable(typeof(RoutingRuleSimulation))]
[JsonSerializable(typeof(SimulatedRouting))]
[JsonSerializable(typeof(StatisticsAnswer))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(Page<ReportVersion>))]
[JsonSerializable(typeof(FreezeReport))]
[JsonSerializable(typeof(ReportDiff))]
[JsonSerializable(typeof(Page<SignalItem>))]
[JsonSerializable(typeof(SignalCases))]
[JsonSerializable(typeof(ChangeSignal))]
[JsonSerializable(typeof(Page<NoticeItem>))]
[JsonSerializable(typeof(Page<NoticeSettings>))]
[JsonSerializable(typeof(NoticeSettingsChange))]
[JsonSerializable(typeof(ProblemFieldError))]
public sealed partial class ClientJson : JsonSerializerContext;

/// <summary>A submission as it was sent: what was not said is not there.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HistoryImport))]
[JsonSerializable(typeof(ImportedHistory))]
[JsonSerializable(typeof(Submission))]
public sealed partial class SubmissionJson : JsonSerializerContext;

internal sealed class AsSent : JsonConverter<Submission>
{
    public override Submission? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, SubmissionJson.Default.Submission);
    public override void Write(Utf8JsonWriter writer, Submission value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, SubmissionJson.Default.Submission);
}
