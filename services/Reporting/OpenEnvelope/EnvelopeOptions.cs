using System.ComponentModel.DataAnnotations;

namespace Avvik.Reporting.OpenEnvelope;

/// <summary>Section <c>Envelopes</c>.</summary>
internal sealed class EnvelopeOptions
{
    /// <summary>Envelopes that one person may open in an hour. Case work needs few; exceeding the limit raises an alarm.</summary>
    [Range(1, 1000)]
    public int OpeningsPerHour { get; set; } = 10;
}

/// <summary>Section <c>Routing</c>: where Routing is asked who has a case now.</summary>
internal sealed class RoutingOptions
{
    /// <summary>Absolute address.</summary>
    public Uri? Address { get; set; }
}
