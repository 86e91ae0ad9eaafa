using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using IntegrationWorker.Tests.Intake;
using IntegrationWorker.Tests.Mapping.Hl7;

namespace IntegrationWorker.Tests.StudyApi.Model;

/// <summary>One random sequence of calls and messages about three studies, held against the model after every step.</summary>
internal sealed class ModelRun
{
    private const int Studies = 3;
    private const string Reader = Hl7Sending.ReaderWithAnId;

    private static readonly Source _integrator = new() { SourceId = "api:integrator", Kind = "command", Authority = Authority.Viewer, AllowCreate = true };
    private static readonly Source _operator = new() { SourceId = "api:operator", Kind = "command", Authority = Authority.Operator, AllowCreate = true };
    private static readonly Rulebook _rules = Hl7Sending.Rules(Messages.Ris, Messages.Tool);
    private static readonly string[] _severities = ["normal", "high", "stat"];

    private readonly PipelineBench _bench = PipelineBench.InMemory(Messages.Ris, Messages.Tool);
    private readonly Dictionary<int, ModelStudy> _models = [];
    private readonly List<(StudyRequest Request, long Version, string Answer)> _answered = [];
    private readonly Random _random;
    private int _step;

    public ModelRun(int seed) => _random = new Random(seed);

    /// <summary>What is not as it should be, with its step; null when all is.</summary>
    public async Task<string?> FindFaultAsync(int steps)
    {
        for (_step = 1; _step <= steps; _step++)
        {
            var (what, fault) = await StepAsync();

            if ((fault ?? await CompareAsync()) is { } found)
            {
                return $"step {_step}, {what}: {found}";
            }
        }

        return null;
    }

    private async Task<(string What, string? Fault)> StepAsync() => _random.Next(12) switch
    {
        0 => ("create", await CreateAsync()),
        < 5 => ("patch", await PatchAsync()),
        5 => ("cancel", await CancelAsync()),
        6 => ("uncancel", await UncancelAsync()),
        7 => ("again", await AgainAsync()),
        < 10 => ("order", await OrderAsync()),
        _ => ("command", await CommandAsync()),
    };

    private async Task<string?> CreateAsync()
    {
        var (study, caller) = (_random.Next(Studies), Caller());
        var (description, severity) = ($"CT {_random.Next(3)}", Severity());
        var metadata = Pairs(mayRemove: false);
        var body = new JsonObject
        {
            ["studyInstanceUid"] = Messages.Uid(study), ["studyDescription"] = description, ["severity"] = severity,
            ["metadata"] = new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        var (_, result, code) = await SendAsync(StudyOperation.Create, body, null, caller);

        if (metadata.Count > 50)
        {
            return Expect(Codes.TooManyPairs, code);
        }

        if (_models.ContainsKey(study))
        {
            return Expect(Codes.StoreRefused, code);
        }

        if (Expect(null, code) is { } refused)
        {
            return refused;
        }

        var model = _models[study] = new ModelStudy(result!.Study!);
        model.Description.Command(caller, description);
        model.Severity.Command(caller, severity, isSeverity: true);
        model.Set(model.Merged(false, metadata));
        return AnswerOf(result, model, 1);
    }

    private async Task<string?> PatchAsync()
    {
        var (study, caller, body) = (_random.Next(Studies), Caller(), new JsonObject());
        var model = _models.GetValueOrDefault(study);
        var (clears, metadata) = (_random.Next(8) == 0, Pairs(mayRemove: true));

        Maybe(body, "studyDescription", () => $"CT {_random.Next(3)}");
        Maybe(body, "severity", Severity);
        Maybe(body, "studyViewerStatus", () => _random.Next(2) == 0 ? "complete" : "incomplete");
        Maybe(body, "assignedTo", () => _random.Next(2) == 0 ? Reader : null);

        if (clears)
        {
            (body["metadata"], metadata) = (null, []);
        }
        else if (metadata.Count > 0)
        {
            body["metadata"] = new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        }

        var condition = _random.Next(4) == 0 ? (long?)(model?.Version ?? 1) - _random.Next(2) : null;
        var (_, result, code) = await SendAsync(StudyOperation.Patch, body, model?.StudyId ?? StudyIds.OfUid(Messages.Uid(study)), caller, condition);

        if (metadata.Values.Count(value => value is not null) > 50)
        {
            return Expect(Codes.TooManyPairs, code);
        }

        if (model is null)
        {
            return Expect(Codes.NotFound, code);
        }

        if (condition is not null && condition != model.Version)
        {
            return Expect(Codes.VersionMismatch, code);
        }

        var merged = model.Merged(clears, metadata);

        if (merged.Count > 50)
        {
            return Expect(Codes.TooManyPairs, code);
        }

        if (Expect(null, code) is { } refused)
        {
            return refused;
        }

        var before = Text(model);
        Apply(model, caller, body);
        model.Set(merged);
        return AnswerOf(result!, model, model.Version + (before == Text(model) ? 0 : 1));
    }

    private async Task<string?> CancelAsync()
    {
        var (study, caller) = (_random.Next(Studies), Caller());
        var model = _models.GetValueOrDefault(study);
        var (_, result, code) = await SendAsync(StudyOperation.Cancel, ByUid(study), null, caller);

        if (model is null || (caller == _integrator && !model.Cancelled && model.ViewerStatus.Value == "complete"))
        {
            return Expect(model is null ? Codes.NotFound : Codes.FinalReportExists, code);
        }

        var version = model.Version + (model.Cancelled ? 0 : 1);
        model.IsCancelled.Command(caller, "true");
        return Expect(null, code) ?? AnswerOf(result!, model, version);
    }

    private async Task<string?> UncancelAsync()
    {
        var (study, caller) = (_random.Next(Studies), Caller());
        var model = _models.GetValueOrDefault(study);
        var (_, result, code) = await SendAsync(StudyOperation.Uncancel, ByUid(study), null, caller);

        if (model is null || !model.Cancelled)
        {
            return Expect(model is null ? Codes.NotFound : Codes.StoreRefused, code);
        }

        if (caller.Authority.Rank() < model.IsCancelled.LastAuthority.Rank())
        {
            return Expect(Codes.MayNotReinstate, code);
        }

        model.IsCancelled.Command(caller, "false");
        return Expect(null, code) ?? AnswerOf(result!, model, model.Version + 1);
    }

    /// <summary>A request that was answered comes again under its key, as it was or as another one.</summary>
    private async Task<string?> AgainAsync()
    {
        if (_answered.Count == 0)
        {
            return null;
        }

        var (request, version, answer) = _answered[_random.Next(_answered.Count)];

        if (_random.Next(3) == 0)
        {
            var other = await _bench.SendAsync(Inbound(request with { Fingerprint = [.. request.Fingerprint.Select(part => (byte)~part)] }));
            return Expect(Codes.KeyReused, other.Error?.Code);
        }

        var again = (await _bench.SendAsync(Inbound(request))).Study;
        return again is null || again.Version != version || JsonSerializer.Serialize(again) != answer ? "another answer than the first time" : null;
    }

    private async Task<string?> OrderAsync()
    {
        var study = _random.Next(Studies);
        var isKnown = _models.TryGetValue(study, out var model);
        var description = isKnown && _random.Next(3) == 0 ? null : $"CT {_random.Next(3)}";
        var priority = isKnown && _random.Next(3) == 0 ? null : "RAS"[_random.Next(3)].ToString();

        // Without a status of its own: what orders do to the life of a study is for other tests.
        await _bench.SendAsync(Messages.Order(
            $"S{_step}", _step, isKnown ? "SC/" : "NW/SC", Messages.Uid(study), $"A{study}", $"F{study}^RIS", null, null, description, priority));
        var seen = StudySnapshot.Of(await _bench.StudyAsync(Messages.Uid(study)));
        model ??= _models[study] = new ModelStudy(seen);
        var before = Text(model);

        if (description is not null)
        {
            model.Description.Order(Messages.Ris, description);
        }

        if (priority is not null)
        {
            model.Severity.Order(Messages.Ris, priority switch { "S" => "stat", "A" => "high", _ => "normal" }, isSeverity: true);
        }

        model.TakeFromRis(seen);
        model.Version += isKnown && before != Text(model) ? 1 : 0;
        return null;
    }

    private async Task<string?> CommandAsync()
    {
        var study = _random.Next(Studies);

        if (!_models.TryGetValue(study, out var model))
        {
            return null;
        }

        var patch = new JsonObject();
        Maybe(patch, "studyDescription", () => $"CT {_random.Next(3)}");
        Maybe(patch, "severity", Severity);
        Maybe(patch, "assignedTo", () => _random.Next(2) == 0 ? Reader : null);
        var before = Text(model);
        var result = await _bench.SendAsync(
            Messages.Command($"c{_step}", _step, Messages.ByUid(Messages.Uid(study)), "update", patch.ToJsonString(), Messages.Tool));
        Apply(model, Messages.Tool, patch);
        model.Version += before == Text(model) ? 0 : 1;
        return result.IsRejected ? $"rejected {result.Error?.Code}" : null;
    }

    private static void Apply(ModelStudy model, Source source, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            var text = name == "metadata" ? null : value?.GetValue<string>();
            _ = name switch
            {
                "studyDescription" => model.Description.Command(source, text),
                "severity" => model.Severity.Command(source, text, isSeverity: true),
                "studyViewerStatus" => model.ViewerStatus.Command(source, text),
                "assignedTo" => model.AssignedTo.Command(source, text),
                _ => true,
            };
        }
    }

    private async Task<(StudyRequest? Request, MessageResult? Result, string? Code)> SendAsync(
        StudyOperation operation, JsonObject body, string? studyId, Source caller, long? condition = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        var (read, faults) = StudyRequest.Read(operation, bytes, studyId, caller, _rules);

        if (read is null)
        {
            return (null, null, faults[0].Code);
        }

        var request = read with
        {
            Key = $"k{_step}", IsRepeatable = true, Fingerprint = StudyRequest.FingerprintOf(operation, bytes, studyId),
            Versions = condition is { } version ? [version] : null,
        };
        var result = await _bench.SendAsync(Inbound(request));

        if (result.Study is { } study)
        {
            _answered.Add((request, study.Version, JsonSerializer.Serialize(study)));
        }

        return (request, result, result.Error?.Code);
    }

    private InboundMessage Inbound(StudyRequest request) => new()
    {
        Door = Door.StudyApi, Body = default, SourceId = request.Source.SourceId, ReceivedAt = Messages.Instant(_step), Request = request,
    };

    /// <summary>The answer is the study of the model with this version, which the model takes over.</summary>
    private static string? AnswerOf(MessageResult result, ModelStudy model, long version)
    {
        model.Version = version;

        return result.Study is not { } study ? "no answer"
            : study.Version != version ? $"the answer has version {study.Version} and not {version}"
            : model.DifferenceTo(study) is { } field ? $"the answer differs in {field}"
            : null;
    }

    private async Task<string?> CompareAsync()
    {
        var stored = (await _bench.StudiesAsync()).ToDictionary(study => study.StudyInstanceUid);

        if (stored.Count != _models.Count)
        {
            return $"{stored.Count} studies and not {_models.Count}";
        }

        foreach (var (number, model) in _models)
        {
            var study = StudySnapshot.Of(stored[Messages.Uid(number)]);

            if ((study.Version == model.Version ? model.DifferenceTo(study) : $"version {study.Version} and not {model.Version}") is { } difference)
            {
                return $"study {number}: {difference}";
            }
        }

        // One event for each version, in order, and no dead letter of a caller who was told.
        var events = _bench.Store.Outbox.GroupBy(entry => entry.StudyId).ToDictionary(group => group.Key, group => group.Select(entry => entry.Version).ToList());
        return _models.Values.Any(model => !events[model.StudyId].SequenceEqual(Enumerable.Range(1, (int)model.Version).Select(version => (long)version))) ? "events"
            : _bench.Store.DeadLetters.Count > 0 ? "a dead letter"
            : null;
    }

    private static string Text(ModelStudy model) => string.Join(
        '|',
        model.Description.Value, model.Severity.Value, model.ViewerStatus.Value, model.AssignedTo.Value, model.Cancelled,
        string.Join(',', model.Metadata.Select(pair => $"{pair.Key}={pair.Value}")));

    private static string? Expect(string? code, string? got) => code == got ? null : $"{got ?? "accepted"} and not {code ?? "accepted"}";

    private Source Caller() => _random.Next(2) == 0 ? _integrator : _operator;

    private string Severity() => _severities[_random.Next(_severities.Length)];

    private static JsonObject ByUid(int study) => new() { ["studyInstanceUid"] = Messages.Uid(study) };

    private void Maybe(JsonObject body, string name, Func<string?> value)
    {
        if (_random.Next(3) == 0)
        {
            body[name] = value();
        }
    }

    /// <summary>A few pairs; now and then so many that the map gets full.</summary>
    private Dictionary<string, string?> Pairs(bool mayRemove)
    {
        var count = _random.Next(10) == 0 ? _random.Next(60) : _random.Next(4);

        return Enumerable.Range(0, count)
            .Select(_ => $"custom.{_random.Next(70):D2}")
            .Distinct()
            .ToDictionary(key => key, _ => mayRemove && _random.Next(3) == 0 ? null : $"{_random.Next(3)}");
    }
}
