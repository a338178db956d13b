using Avvik.Load;

if (args is ["floor-stage", var number, var folder, var broker, var queues, var port])
{
    await FloorStage.RunAsync(int.Parse(number, null), folder, broker, queues, int.Parse(port, null));
    return 0;
}
try
{
    switch (args)
    {
        case ["worklist", var corpus, var cases, var json]: await WorklistBench.RunAsync(corpus, int.Parse(cases, null), json == "yes"); break;
        case ["picture", var gatewayPort, var file]: await Picture.TakeAsync(int.Parse(gatewayPort, null), file); break;
        case ["workbench", var corpus, var cases, var json, var data, var gatewayPort]:
            await WorkbenchBench.RunAsync(corpus, int.Parse(cases, null), json == "yes", data, int.Parse(gatewayPort, null));
            break;
        case ["fhir", var root, var corpus, var json, var data, var gatewayPort]:
            await FhirBench.RunAsync(root, corpus, json == "yes", data, int.Parse(gatewayPort, null));
            break;
        case ["import", var root, var corpus, var lines, var json, var data, var gatewayPort]:
            await ImportBench.RunAsync(root, corpus, int.Parse(lines, null), json == "yes", data, int.Parse(gatewayPort, null));
            break;
        case ["statistics", var history, var json]: await StatisticsBench.RunAsync(int.Parse(history, null), json == "yes"); break;
        default: await Bench.RunAsync(BenchOptions.Read(args)); break;
    }
    return 0;
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
