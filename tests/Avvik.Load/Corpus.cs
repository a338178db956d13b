using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Avvik.Load;

/// <summary>One deviation of the corpus as it is sent.</summary>
internal sealed record Line(string Reporter, string Respondent, string Community, byte[] Body)
{
    public const int ReferenceLength = 25;
    private const string Placeholder = "bench-aaaaaaaaaa-aaaaaaaa";
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string Run = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString("D10", null);

    /// <summary>The whole request, ready to send but for its reference.</summary>
    public byte[] Request(int port, string token) =>
    [
        .. Encoding.ASCII.GetBytes($"POST /api/v1/deviations HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n"),
        .. Body,
    ];

    public static int ReferenceIn(ReadOnlySpan<byte> request) => request.IndexOf(Encoding.ASCII.GetBytes(Placeholder));

    /// <summary>Writes the n-th reference of this run where <see cref="ReferenceIn"/> found the place: same length, no new request built.</summary>
    public static void Refer(Span<byte> place, long n)
    {
        Encoding.ASCII.GetBytes($"bench-{Run}-{n:D8}", place);
        // Letters for digits: a run of eight or eleven could be taken for somebody's number.
        foreach (ref var c in place)
            if (c is >= (byte)'0' and <= (byte)'9') c += 'a' - '0';
    }

    public static Line[] Read(string file)
    {
        if (!File.Exists(file)) throw new BenchException($"The corpus {file} is missing.");
        return [.. File.ReadLines(file).Where(text => text.Length > 0).Select(text =>
        {
            var line = JsonNode.Parse(text)!;
            var submission = line["submission"]!.DeepClone();
            submission["clientReference"] = Placeholder;
            submission["category"] = line["expected"]!["category"]!.DeepClone();
            return new Line((string)line["reporterOrganizationNumber"]!, (string)submission["respondent"]!["organizationNumber"]!,
                (string)line["expected"]!["community"]!, Encoding.UTF8.GetBytes(submission.ToJsonString(AsWritten)));
        })];
    }
}
