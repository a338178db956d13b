using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Avvik.Reporting.Webhooks;

/// <summary>Section <c>Webhooks</c>.</summary>
internal sealed class WebhookOptions : IValidatableObject
{
    /// <summary>True allows addresses that begin with http: for development.</summary>
    public bool AllowHttp { get; set; }
    /// <summary>Networks (as in <c>10.20.0.0/16</c>) that may be called although they are not the internet.</summary>
    public string[] AllowedNetworks { get; set; } = [];
    /// <summary>Seconds that a receiver has to answer; below the lease.</summary>
    [Range(1, 30)]
    public int TimeoutSeconds { get; set; } = 15;
    /// <summary>Seconds after which what was begun and not ended is sent again by any instance.</summary>
    [Range(2, 600)]
    public int LeaseSeconds { get; set; } = 60;
    /// <summary>Days of failed attempts after which a webhook is disabled.</summary>
    [Range(1, 30)]
    public int MaxDays { get; set; } = 3;
    /// <summary>Hours in which the earlier secret signs beside the new one.</summary>
    [Range(0, 720)]
    public int SecretOverlapHours { get; set; } = 24;

    public IReadOnlyList<IPNetwork> Networks => [.. AllowedNetworks.Select(n => IPNetwork.Parse(n))];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseSeconds <= TimeoutSeconds) yield return new("Webhooks:LeaseSeconds must be more than Webhooks:TimeoutSeconds.");
        foreach (var network in AllowedNetworks)
            if (!IPNetwork.TryParse(network, out _)) yield return new($"Webhooks:AllowedNetworks: {network} is no network (10.20.0.0/16).");
    }
}
