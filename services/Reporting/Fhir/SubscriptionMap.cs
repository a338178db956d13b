using System.Globalization;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Reporting.Webhooks;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.WebUtilities;

namespace Avvik.Reporting.Fhir;

/// <summary>A Subscription as a row of the sender.</summary>
internal static class SubscriptionMap
{
    private const int MaxReasonLength = 500, MaxHeaders = 5, MaxHeaderLength = 4000;
    // The sender's own, and those that say where a request ends.
    private static readonly HashSet<string> ReservedHeaders = new(StringComparer.OrdinalIgnoreCase)
        { "Connection", "Content-Length", "Content-Type", "Expect", "Host", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent" };

    public static (WebhookSettings Settings, bool IsOn) Read(Subscription sent, ElementReader reader, WebhookTargets targets, bool isNew)
    {
        reader.Leaf(sent.StatusElement);
        // A client asks for it to be on or off; the rest is the server's to say, and comes back in an update as it was read.
        if (sent.Status is Subscription.SubscriptionStatus.Active or Subscription.SubscriptionStatus.Error && isNew)
            reader.Fail(sent.StatusElement!, FieldCodes.InvalidValue);
        if (!isNew) reader.Leaf(sent.ErrorElement);
        var reason = reader.Text(sent.ReasonElement, "/reason", "Subscription.reason");
        if (reason is not null) FreeText.Check(reason, "/reason", MaxReasonLength, reader.Errors);
        var criteria = reader.Text(sent.CriteriaElement, "/criteria", "Subscription.criteria");
        var (states, owner) = ReadCriteria(criteria, reader);
        reader.Leaf(sent.Channel?.TypeElement);
        if (sent.Channel?.TypeElement is { } type && sent.Channel.Type != Subscription.SubscriptionChannelType.RestHook)
            reader.Fail(type, FieldCodes.NotSupported);
        var endpoint = reader.Text(sent.Channel?.EndpointElement, "/channel/endpoint", "Subscription.channel");
        targets.Check(endpoint, "/channel/endpoint", reader.Errors);
        var headers = (sent.Channel?.HeaderElement ?? []).Select((h, i) =>
            reader.Text(h, $"/channel/header/{i}", "Subscription.channel.header") ?? "").ToList();
        foreach (var (i, header) in headers.Index())
            if (i >= MaxHeaders || header.Length > MaxHeaderLength || !IsHeader(header)) reader.Errors.Add($"/channel/header/{i}", FieldCodes.InvalidValue);
        reader.ReportUnread();
        return (new(endpoint ?? "") { Headers = headers, Criteria = criteria, Reason = reason, States = states, Owner = owner },
            sent.Status != Subscription.SubscriptionStatus.Off);
    }

    public static Subscription Write(WebhookRecord row, WebhookSettings? settings, Caller caller) => new()
    {
        Id = row.Id.ToString(),
        Meta = new() { VersionId = row.Version.ToString(CultureInfo.InvariantCulture), LastUpdated = row.ChangedAt.ToUniversalTime() },
        Status = row.DisabledCode is not null ? Subscription.SubscriptionStatus.Off
            : row.FailingSince is not null ? Subscription.SubscriptionStatus.Error : Subscription.SubscriptionStatus.Active,
        Error = row.FailureCode,
        Reason = settings?.Reason ?? Texts.Message("unreadableText"),
        Criteria = settings?.Criteria ?? "Task",
        Channel = new()
        {
            Type = Subscription.SubscriptionChannelType.RestHook,
            Endpoint = settings?.Url,
            // They are the secret of the software that set them.
            Header = row.ClientId == caller.ClientId ? settings?.Headers ?? [] : [],
        },
    };

    /// <summary>What of a search for Tasks the change feed can tell: the status after a change, and who is to answer.</summary>
    private static (IReadOnlyList<string>? States, string? Owner) ReadCriteria(string? criteria, ElementReader reader)
    {
        if (criteria is null) return default;
        IReadOnlyList<string>? states = null;
        string? owner = null;
        var (type, query) = criteria.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? (criteria[..mark], criteria[mark..]) : (criteria, "");
        if (type != "Task") reader.Errors.Add("/criteria", FieldCodes.NotSupported);
        foreach (var (name, values) in QueryHelpers.ParseQuery(query))
        {
            switch (name, values)
            {
                case ("status", [{ } value]):
                    var codes = value.Split(',').Select(c => c.Split('|') is [TaskStates.StatusSystem or "", var code] ? code : c).ToList();
                    if (!codes.TrueForAll(TaskStates.IsStatus)) reader.Errors.Add("/criteria", FieldCodes.UnknownCode);
                    states = [.. codes.SelectMany(TaskStates.StatesOf)];
                    break;
                case ("owner" or "owner:identifier", [{ } value]) when owner is null: owner = TaskStates.OwnerOf(value); break;
                default: reader.Errors.Add("/criteria", FieldCodes.NotSupported); break;
            }
        }
        return (states, owner);
    }

    private static bool IsHeader(string header) => header.Split(':', 2) is [var name, var value] && name.Length > 0 && value.Trim().Length > 0
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && value.All(c => c is >= ' ' and <= '~') && !ReservedHeaders.Contains(name)
        && !name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase);
}
