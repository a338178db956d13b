using System.Net;
using System.Net.Sockets;
using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Webhooks;

/// <summary>
/// Which addresses may be called for a party. The network that the service stands in is not to be reached through it, so the internet alone may be, and it
/// is the address connected to that counts: a name can be made to resolve to anything, at any time.
/// </summary>
internal sealed class WebhookTargets(IOptions<WebhookOptions> options)
{
    private const int MaxUrlLength = 1000;

    // What of IPv4 is not the internet (IANA, IPv4 Special-Purpose Address Registry), and multicast.
    private static readonly IPNetwork[] SpecialV4 = Networks("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4");

    // The internet is within 2000::/3: outside it are loopback, link-local, ULA, multicast, IPv4-compatible and NAT64 addresses.
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");
    // What within it leads elsewhere (IANA, IPv6 Special-Purpose Address Registry): Teredo and 6to4 carry an IPv4 address.
    private static readonly IPNetwork[] SpecialV6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20");

    private readonly IReadOnlyList<IPNetwork> _allowed = options.Value.Networks;

    public bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        // A scope id names an interface of this machine.
        if (_allowed.Any(n => n.Contains(address))) return true;
        return address.AddressFamily == AddressFamily.InterNetwork ? !SpecialV4.Any(n => n.Contains(address))
            : GlobalV6.Contains(address) && !SpecialV6.Any(n => n.Contains(address));
    }

    /// <summary>What can be said of an address before it is called; what its name resolves to is checked at each connection.</summary>
    public void Check(string? text, string pointer, FieldErrors errors)
    {
        if (text is null) errors.Add(pointer, FieldCodes.Required);
        else if (text.Length > MaxUrlLength) errors.Add(pointer, FieldCodes.TooLong, MaxUrlLength);
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Fragment.Length > 0
            || text.Any(c => c is <= ' ' or > '~') || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && options.Value.AllowHttp)))
            errors.Add(pointer, FieldCodes.InvalidUrl);
        else if (IPAddress.TryParse(url.DnsSafeHost, out var address) && !IsAllowed(address)) errors.Add(pointer, FieldCodes.RefusedAddress);
    }

    private static IPNetwork[] Networks(params ReadOnlySpan<string> networks)
    {
        var parsed = new IPNetwork[networks.Length];
        for (var i = 0; i < networks.Length; i++) parsed[i] = IPNetwork.Parse(networks[i]);
        return parsed;
    }
}
