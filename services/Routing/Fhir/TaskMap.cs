using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Routing.Cases;
using Hl7.Fhir.Model;
using FhirTask = Hl7.Fhir.Model.Task;
using Status = Hl7.Fhir.Model.Task.TaskStatus;

namespace Avvik.Routing.Fhir;

/// <summary>A case as a Task of the party that is to answer, and what a handler's own record may change of it.</summary>
internal static class TaskMap
{
    private const string Answer = "answer", Factor = "contributingFactor", Reason = "noMeasuresReason";

    // What an update may change; every other element must be as it was read, or it would be lost.
    private static readonly HashSet<string> Changeable = new(StringComparer.Ordinal)
        { "status", "businessStatus", "output", "meta", "text", "language", "lastModified" };

    public static FhirTask Write(CaseDetails details)
    {
        var row = details.Case;
        var changed = details.Timeline.Max(t => t.At);
        var task = new FhirTask
        {
            Id = row.Id.ToString(),
            Meta = new()
            {
                VersionId = row.Version.ToString(CultureInfo.InvariantCulture),
                LastUpdated = changed.ToUniversalTime(),
                Profile = [Profiles.TaskUrl],
            },
            Identifier = [new(FhirSystems.Reference, row.Reference)],
            Status = TaskStates.StatusOf(row.State),
            BusinessStatus = Concept("caseStates", row.State),
            Intent = FhirTask.TaskIntent.Order,
            Priority = row.Priority switch
            {
                Priorities.Urgent => RequestPriority.Urgent,
                Priorities.High => RequestPriority.Asap,
                _ => RequestPriority.Routine,
            },
            Code = Concept("categories", row.Category),
            Description = details.Narrative,
            Focus = new($"AdverseEvent/{row.Id}"),
            AuthoredOnElement = new FhirDateTime(row.ReceivedAt.ToUniversalTime()),
            LastModifiedElement = new FhirDateTime(changed.ToUniversalTime()),
            Requester = Provenances.OrganizationOf(row.ReporterOrganization),
            Owner = Provenances.OrganizationOf(row.RespondentOrganization),
            ReasonCode = row.Clause is null ? null : Concept("clauses", row.Clause),
            Restriction = new() { Period = new() { EndElement = new FhirDateTime(row.DueAt.ToUniversalTime()) } },
        };
        task.Extension.Add(new(Extensions.Unit.Url, new Code(row.Unit)));
        if (details.Question is { } question) task.Input.Add(new() { Type = Part("question"), Value = new FhirString(question) });
        if (details.Answer is not { } answer) return task;
        task.Output.Add(new() { Type = Part(Answer), Value = new FhirString(answer.Text) });
        foreach (var factor in answer.ContributingFactors) task.Output.Add(new() { Type = Part(Factor), Value = Concept("contributingFactors", factor) });
        foreach (var measure in answer.Measures) task.Output.Add(Output(measure));
        if (answer.NoMeasuresReason is { } reason) task.Output.Add(new() { Type = Part(Reason), Value = new FhirString(reason) });
        return task;
    }

    /// <summary>The action that an update asks for, with its body; no action when nothing is to change.</summary>
    public static (string? Action, CaseAction Body) Read(FhirTask sent, FhirTask current, bool isPraise, ElementReader reader)
    {
        foreach (var element in sent.EnumerateElements().Concat(current.EnumerateElements()).Select(e => e.Key).Distinct().Where(e => !Changeable.Contains(e)))
            if (!Same(sent, current, element)) reader.Errors.Add($"Task.{element}", FieldCodes.ReadOnly);
        reader.Place("", "Task.output");
        if (sent.Status == current.Status)
        {
            if (!Same(sent, current, "output")) reader.Errors.Add("Task.output", FieldCodes.ReadOnly);
            return (null, new());
        }
        var action = sent.Status switch
        {
            Status.Accepted => CaseRules.Acknowledge,
            Status.InProgress => CaseRules.Start,
            Status.Completed => isPraise ? CaseRules.Thank : CaseRules.Answer,
            _ => null,
        };
        if (action is null && sent.StatusElement is not null) reader.Errors.Add("Task.status", FieldCodes.NotSupported);
        if (action is CaseRules.Answer or CaseRules.Thank) return (action, ReadAnswer(sent, reader));
        if (!Same(sent, current, "output")) reader.Errors.Add("Task.output", FieldCodes.ReadOnly);
        return (action, new());
    }

    private static CaseAction ReadAnswer(FhirTask sent, ElementReader reader)
    {
        var (text, reason, factors, measures) = ((string?)null, (string?)null, new List<string>(), new List<Client.Measure>());
        reader.Place("/text", "Task.output");
        reader.Place("/contributingFactors", "Task.output");
        reader.Place("/measures", "Task.output");
        foreach (var output in sent.Output)
        {
            var at = reader.PathOf(output);
            switch (reader.Code(output.Type, FhirSystems.CodeSystem("taskParts"), $"{at}.type", $"{at}.type"), output.Value)
            {
                case (Answer, FhirString value) when text is null: text = reader.Text(value, "/text", at); break;
                case (Reason, FhirString value) when reason is null: reason = reader.Text(value, "/noMeasuresReason", at); break;
                case (Factor, CodeableConcept value):
                    factors.Add(reader.Code(value, FhirSystems.CodeSystem("contributingFactors"), $"/contributingFactors/{factors.Count}", at) ?? "");
                    break;
                case ("measure", FhirString value): measures.Add(ReadMeasure(output, value, $"/measures/{measures.Count}", at, reader)); break;
                default: reader.Errors.Add(at, FieldCodes.InvalidValue); break;
            }
        }
        return new()
        {
            Text = text,
            ContributingFactors = factors.Count == 0 ? null : factors,
            Measures = measures.Count == 0 ? null : measures,
            NoMeasuresReason = reason,
        };
    }

    private static Client.Measure ReadMeasure(FhirTask.OutputComponent output, FhirString description, string pointer, string at, ElementReader reader)
    {
        reader.Place(pointer, at);
        var parts = reader.Extension(output, Extensions.Measure.Url);
        foreach (var given in new[] { "id", "state", "note" })
            if (parts?.GetExtension(given) is { } sent) reader.Fail(sent, FieldCodes.ReadOnly);
        return new()
        {
            Description = reader.Text(description, $"{pointer}/description", at),
            Owner = reader.Text(reader.Value<FhirString>(reader.Extension(parts, "owner")), $"{pointer}/owner", $"{at}.extension"),
            DueDate = reader.Text(reader.Value<Date>(reader.Extension(parts, "dueDate")), $"{pointer}/dueDate", $"{at}.extension"),
        };
    }

    private static FhirTask.OutputComponent Output(Client.Measure measure)
    {
        var parts = new Extension { Url = Extensions.Measure.Url };
        if (measure.Id is { } id) parts.Extension.Add(new("id", new Id(id.ToString())));
        parts.Extension.Add(new("owner", new FhirString(measure.Owner)));
        parts.Extension.Add(new("dueDate", new Date(measure.DueDate)));
        if (measure.State is { } state) parts.Extension.Add(new("state", new Code(state)));
        if (measure.Note is { } note) parts.Extension.Add(new("note", new FhirString(note)));
        return new() { Type = Part("measure"), Value = new FhirString(measure.Description), Extension = [parts] };
    }

    private static bool Same(FhirTask sent, FhirTask current, string element)
    {
        var (one, other) = (Elements(sent, element), Elements(current, element));
        return one.Count == other.Count && one.Zip(other).All(pair => pair.First.IsExactly(pair.Second));
    }

    private static List<Base> Elements(FhirTask task, string name) => task.EnumerateElements().Where(e => e.Key == name)
        .SelectMany(e => e.Value is IEnumerable<Base> list ? list : e.Value is Base one ? [one] : []).ToList();

    private static CodeableConcept Concept(string list, string code) => new() { Coding = [new(FhirSystems.CodeSystem(list), code, Words.Of(list, code))] };

    private static CodeableConcept Part(string code) =>
        new() { Coding = [new(FhirSystems.CodeSystem("taskParts"), code, Texts.Fhir(code, english: false))] };
}
